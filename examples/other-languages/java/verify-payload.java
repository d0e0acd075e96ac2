// Verifies a payload that a browser relayed: java -cp classes VerifyPayload text|form TAG AUDIENCE [SUBJECT]
//
// Urlencoded fields come on stdin. Prints what was signed: the opaque text, or the form fields.
// The subject is the user whose session it arrived in.
import java.util.*;
import java.util.regex.Pattern;
import static java.nio.charset.StandardCharsets.UTF_8;

final class VerifyPayload {
    static final Pattern MEMBER = Pattern.compile(("sig=(?<params>\\(\"content-digest\"\\)" + Verifier.MESSAGE
        + ";tag=(?<tag>TEXT);audience=(?<audience>TEXT)(?:;subject=(?<subject>TEXT))?)")
        .replace("TEXT", Verifier.TEXT));
    static final Map<String, String> SECRETS = Map.of(Countersign.KEYID, Countersign.SECRET);

    /** The text that was signed, and nothing else: use this, not what was received. */
    static String verify(String received, String kind, String tag, String audience, String subject) throws Exception {
        var fields = Form.parse(received);
        var member = MEMBER.matcher(Objects.requireNonNullElse(fields.remove("signature-input"), ""));
        var signature = Objects.requireNonNullElse(fields.remove("signature"), "");
        Verifier.demand(member.matches(), "signature_malformed");
        var text = kind.equals("text");
        Verifier.demand(text ? fields.keySet().equals(Set.of("payload")) : !fields.isEmpty(), "payload_malformed");
        var content = text ? fields.get("payload") : Form.canonical(fields);
        Verifier.demand(Verifier.unquote(member.group("tag")).equals("cs1-" + kind + ":" + tag), "tag_mismatch");
        Verifier.demand(Verifier.unquote(member.group("audience")).equals(audience), "audience_mismatch");
        var about = Verifier.unquote(member.group("subject"));
        Verifier.demand(subject == null || subject.equals(about), "subject_mismatch");
        var covered = Map.of("content-digest", Countersign.digest(content.getBytes(UTF_8)));
        Verifier.accept(covered, member, signature, SECRETS);
        return content;
    }

    public static void main(String[] args) throws Exception {
        var received = new String(System.in.readAllBytes(), UTF_8);
        var subject = args.length > 3 ? args[3] : null;
        System.out.write(verify(received, args[0], args[1], args[2], subject).getBytes(UTF_8));
        System.out.flush();
    }
}
