// Verifies a license, offline: java -cp classes VerifyLicense PRODUCT KEYID PUBLIC-KEY [MACHINE [SUBJECT]] < license
//
// The license is the JSON file or its one-line form; PUBLIC-KEY is the base64url text of 32 bytes. Prints the terms.
import java.security.*;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.*;
import java.util.regex.Pattern;
import static java.nio.charset.StandardCharsets.UTF_8;

final class VerifyLicense {
    /** What countersign signs, as it writes it; nothing else is taken. */
    static final Pattern MEMBER = Pattern.compile("sig=(?<params>\\(\"content-digest\"\\);created=(?<created>\\d{1,12})"
        + "(?:;expires=(?<expires>\\d{1,12}))?;keyid=(?<keyid>TEXT);tag=(?<tag>TEXT)(?:;subject=(?<subject>TEXT))?)"
        .replace("TEXT", Verifier.TEXT));
    static final Pattern SIGNATURE = Pattern.compile("\"sig=:([A-Za-z0-9+/]{85}[AQgw]==):\"");

    /** The terms that were signed, as canonical JSON; null for a machine or subject that does not matter. */
    static String verify(String text, String product, Map<String, String> keys, String machine, String subject)
        throws GeneralSecurityException {
        if (!text.strip().startsWith("{"))
            text = new String(Base64.getUrlDecoder().decode(text.replaceAll("\\s", "")), UTF_8);
        var terms = Json.parse(text.replaceAll("[\r\n]+", "")); // mail programs wrap lines
        var input = Verifier.unquote(terms.remove("signature-input"));
        var member = MEMBER.matcher(Objects.requireNonNullElse(input, ""));
        var signature = SIGNATURE.matcher(Objects.requireNonNullElse(terms.remove("signature"), ""));
        Verifier.demand(member.matches() && signature.matches(), "signature_malformed");
        var tag = Verifier.unquote(member.group("tag"));
        Verifier.demand(tag.equals("cs1-license:" + product), "tag_mismatch");
        var holder = Verifier.unquote(member.group("subject"));
        Verifier.demand(subject == null || subject.equals(holder), "subject_mismatch");
        var now = Instant.now().getEpochSecond();
        Verifier.demand(Long.parseLong(member.group("created")) <= now + 300, "created_in_future");
        var expires = member.group("expires");
        Verifier.demand(expires == null || now <= Long.parseLong(expires), "expired");
        var key = Base64.getUrlDecoder().decode(keys.getOrDefault(Verifier.unquote(member.group("keyid")), ""));
        Verifier.demand(key.length == 32, "key_unknown");
        var spki = HexFormat.of().parseHex("302a300506032b6570032100" + HexFormat.of().formatHex(key));
        var verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki)));
        var covered = Map.of("content-digest", Countersign.digest(Json.canonical(terms).getBytes(UTF_8)));
        verifier.update(Countersign.base(covered, member.group("params")).getBytes(UTF_8));
        Verifier.demand(verifier.verify(Base64.getDecoder().decode(signature.group(1))), "signature_mismatch");
        // Members that this program obeys: add your own.
        var critical = terms.getOrDefault("critical", "[]").matches("\\[((\"features\"|\"machine\"),?)*]");
        Verifier.demand(critical, "critical_unknown");
        var bound = Verifier.unquote(terms.get("machine"));
        Verifier.demand(bound == null || bound.equals(machine), "machine_mismatch");
        return Json.canonical(terms);
    }

    public static void main(String[] args) throws Exception {
        var rest = Arrays.copyOfRange(args, 3, 5);
        var text = new String(System.in.readAllBytes(), UTF_8);
        System.out.write(verify(text, args[0], Map.of(args[1], args[2]), rest[0], rest[1]).getBytes(UTF_8));
        System.out.flush();
    }
}
