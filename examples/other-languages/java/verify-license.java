// Verifies a license, offline: java verify-license.java PRODUCT KEYID PUBLIC-KEY [MACHINE [SUBJECT]] < license
//
// The license is the JSON file or its one-line form; PUBLIC-KEY is the base64url text of 32 bytes. Prints the terms.
import java.security.*;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.*;
import java.util.regex.*;
import java.util.stream.Collectors;
import static java.nio.charset.StandardCharsets.UTF_8;

final class VerifyLicense {
    static final String TEXT = "\"((?:[ !#-\\[\\]-~]++|\\\\[\"\\\\])*+)\"";
    /** What countersign signs, as it writes it; nothing else is taken. */
    static final Pattern MEMBER = Pattern.compile("sig=(\\(\"content-digest\"\\);created=(\\d{1,12})(?:;expires=(\\d{1,12}))?"
        + ";keyid=" + TEXT + ";tag=" + TEXT + "(?:;subject=" + TEXT + ")?)");
    /** JSON's tokens; commas and colons are skipped, for whatever is read, only what was signed comes out. */
    static final Pattern TOKEN = Pattern.compile("\\G[\\s,:]*+([\\[\\]{}]|true|false|null|-?(?:0|[1-9]\\d{0,15})(?![\\d.eE])"
        + "|\"(?:[^\"\\\\\\x00-\\x1f]++|\\\\.)*+\")");

    static void demand(boolean condition, String code) { if (!condition) throw new SecurityException("refused: " + code); }

    static String unescape(String text) { return text.replaceAll("\\\\(.)", "$1"); }

    /** The next value without white space, members in order, texts and integers as JSON.stringify wrote them. */
    static String value(Matcher tokens) {
        demand(tokens.find(), "payload_malformed");
        if (tokens.group(1).matches("[}\\]]")) return null;
        if (tokens.group(1).equals("{")) return write(members(tokens));
        if (!tokens.group(1).equals("[")) return tokens.group(1);
        var items = new StringJoiner(",", "[", "]");
        for (var item = value(tokens); item != null; item = value(tokens)) items.add(item);
        return items.toString();
    }

    static TreeMap<String, String> members(Matcher tokens) {
        var members = new TreeMap<String, String>();
        for (var name = value(tokens); name != null; name = value(tokens))
            demand(members.put(name.substring(1, name.length() - 1), value(tokens)) == null, "payload_malformed");
        return members;
    }

    static String write(Map<String, String> members) {
        var texts = members.entrySet().stream().map(one -> '"' + one.getKey() + "\":" + one.getValue());
        return texts.collect(Collectors.joining(",", "{", "}"));
    }

    /** The terms that were signed, as canonical JSON. */
    static String verify(String text, String product, Map<String, String> keys, String machine, String subject) throws Exception {
        if (!text.strip().startsWith("{")) text = new String(Base64.getUrlDecoder().decode(text.replaceAll("\\s", "")), UTF_8);
        var tokens = TOKEN.matcher(text.replaceAll("[\r\n]+", "")); // mail programs wrap lines
        demand(tokens.find() && tokens.group(1).equals("{"), "payload_malformed");
        var terms = members(tokens);
        var input = unescape(Objects.requireNonNullElse(terms.remove("signature-input"), ""));
        var member = MEMBER.matcher(input.replaceAll("^\"|\"$", ""));
        var signature = Pattern.compile("\"sig=:([A-Za-z0-9+/]{86}==):\"").matcher("" + terms.remove("signature"));
        demand(member.matches() && signature.matches(), "signature_malformed");
        demand(member.group(5).equals("cs1-license:" + product), "tag_mismatch");
        demand(subject == null || subject.equals(unescape("" + member.group(6))), "subject_mismatch");
        demand(Long.parseLong(member.group(2)) <= Instant.now().getEpochSecond() + 300, "created_in_future");
        demand(member.group(3) == null || Instant.now().getEpochSecond() <= Long.parseLong(member.group(3)), "expired");
        var key = Base64.getUrlDecoder().decode(keys.getOrDefault(unescape(member.group(4)), ""));
        demand(key.length == 32, "key_unknown");
        var spki = HexFormat.of().parseHex("302a300506032b6570032100" + HexFormat.of().formatHex(key));
        var digest = Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(write(terms).getBytes(UTF_8)));
        var verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki)));
        verifier.update(("\"content-digest\": sha-256=:" + digest + ":\n\"@signature-params\": " + member.group(1)).getBytes(UTF_8));
        demand(verifier.verify(Base64.getDecoder().decode(signature.group(1))), "signature_mismatch");
        demand(terms.getOrDefault("critical", "[]").matches("\\[((\"features\"|\"machine\"),?)*]"), "critical_unknown");
        demand(terms.getOrDefault("machine", "\"" + machine + "\"").equals("\"" + machine + "\""), "machine_mismatch");
        return write(terms);
    }

    public static void main(String[] args) throws Exception {
        var rest = Arrays.copyOfRange(args, 3, 5);
        var text = new String(System.in.readAllBytes(), UTF_8);
        System.out.write(verify(text, args[0], Map.of(args[1], args[2]), rest[0], rest[1]).getBytes(UTF_8));
        System.out.flush();
    }
}
