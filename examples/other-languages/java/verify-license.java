// Verifies a license, offline.
//
// java -cp classes VerifyLicense PRODUCT KEYID PUBLIC-KEY [MACHINE [SUBJECT]] < license
//
// The license is the JSON file or its one-line form; PUBLIC-KEY is the base64url text of 32 bytes.
// Prints the terms.
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

final class VerifyLicense {
    private static final long FOR_EVER = 1L << 40;

    /** A JSON text with the 64 bytes of a signature in it. */
    private static final Pattern SIGNATURE = Pattern.compile(
        "\"(?<label>[a-z0-9_.*-]+)=:(?<bytes>[A-Za-z0-9+/]{85}[AQgw]==):\"");

    /** What stands before the 32 bytes in a SubjectPublicKeyInfo (RFC 8410, section 4). */
    private static final String SPKI_PREFIX = "302a300506032b6570032100";

    /** The members of the file or its one line. Mail programs wrap both, also inside of texts. */
    static Map<String, String> readLicense(String received) {
        var text = received;
        if (!text.strip().startsWith("{")) {
            var bytes = Base64.getUrlDecoder().decode(text.replaceAll("\\s", ""));
            text = new String(bytes, StandardCharsets.UTF_8);
        }
        return Json.parse(text.replaceAll("[\r\n]+", ""));
    }

    static PublicKey publicKey(String text) throws GeneralSecurityException {
        var bytes = Base64.getUrlDecoder().decode(text);
        var spki = HexFormat.of().parseHex(SPKI_PREFIX + HexFormat.of().formatHex(bytes));
        return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
    }

    /** RFC 8032, over the same base as every signature. */
    static void checkEd25519(SignatureInput signed, String base, String signature, PublicKey key)
        throws GeneralSecurityException {
        var member = SIGNATURE.matcher(signature == null ? "" : signature);
        Refused.unless(member.matches(), "signature_malformed");
        Refused.unless(member.group("label").equals(signed.label), "signature_malformed");
        var ed25519 = Signature.getInstance("Ed25519");
        ed25519.initVerify(key);
        ed25519.update(base.getBytes(StandardCharsets.UTF_8));
        var bytes = Base64.getDecoder().decode(member.group("bytes"));
        Refused.unless(ed25519.verify(bytes), "signature_mismatch");
    }

    /** What the terms demand of the program and the machine. */
    static void checkTerms(Map<String, String> terms, String machine) {
        // Members that this program obeys: add your own.
        var critical = terms.getOrDefault("critical", "[]");
        var understood = critical.matches("\\[((\"features\"|\"machine\"),?)*]");
        Refused.unless(understood, "critical_unknown");
        var bound = Json.text(terms.get("machine"));
        Refused.unless(bound == null || bound.equals(machine), "machine_mismatch");
    }

    /** The terms that were signed, as canonical JSON; null for what does not matter. */
    static String verify(
        String received,
        String product,
        Map<String, String> publicKeys,
        String machine,
        String subject
    ) throws GeneralSecurityException {
        var terms = readLicense(received);
        var signed = new SignatureInput(Json.text(terms.remove("signature-input")));
        var signature = terms.remove("signature");
        var content = Json.canonical(terms);

        Refused.unless(signed.names.equals(List.of("content-digest")), "signature_malformed");
        Refused.unless(("cs1-license:" + product).equals(signed.text("tag")), "tag_mismatch");
        var about = signed.text("subject");
        Refused.unless(subject == null || subject.equals(about), "subject_mismatch");
        // It counts until it expires. The clocks of customers are less exact.
        Verifier.checkTimes(signed, FOR_EVER, 300);

        var publicKey = publicKeys.get(signed.text("keyid"));
        var algorithm = signed.parameters.getOrDefault("alg", "\"ed25519\"");
        Refused.unless(publicKey != null && algorithm.equals("\"ed25519\""), "key_unknown");
        var digest = Countersign.contentDigest(content.getBytes(StandardCharsets.UTF_8));
        var base = Verifier.base(signed, Map.of("content-digest", digest));
        checkEd25519(signed, base, signature, publicKey(publicKey));

        checkTerms(terms, machine);
        return content;
    }

    public static void main(String[] args) throws Exception {
        var received = new String(Verifier.read(System.in), StandardCharsets.UTF_8);
        var publicKeys = Map.of(args[1], args[2]);
        var machine = args.length > 3 ? args[3] : null;
        var subject = args.length > 4 ? args[4] : null;
        var terms = verify(received, args[0], publicKeys, machine, subject);
        System.out.write(terms.getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }
}
