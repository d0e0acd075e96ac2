// Verifies a payload that a browser relayed.
//
// java -cp classes VerifyPayload text|form TAG AUDIENCE [SUBJECT] < urlencoded fields
//
// Prints what was signed: the opaque text, or the form fields.
// The subject is the user whose session it arrived in.
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

final class VerifyPayload {
    /** Wire format, "Text" and "Form": what was digested. */
    static String canonical(String kind, Map<String, String> fields) {
        if (kind.equals("form")) {
            Refused.unless(!fields.isEmpty(), "payload_malformed");
            return Form.canonical(fields);
        }
        Refused.unless(fields.keySet().equals(Set.of("payload")), "payload_malformed");
        return fields.get("payload");
    }

    /** The text that was signed, and nothing else: use this, not what was received. */
    static String verify(String received, String kind, String tag, String audience, String subject)
        throws Exception {
        var fields = Form.parse(received);
        var signed = new SignatureInput(fields.remove("signature-input"));
        var signature = fields.remove("signature");
        Refused.unless(signature != null, "signature_malformed");
        var content = canonical(kind, fields);

        // For this purpose, for us, about this user, and made just now.
        Refused.unless(signed.names.equals(List.of("content-digest")), "signature_malformed");
        Refused.unless(("cs1-" + kind + ":" + tag).equals(signed.text("tag")), "tag_mismatch");
        Refused.unless(audience.equals(signed.text("audience")), "audience_mismatch");
        var about = signed.text("subject");
        Refused.unless(subject == null || subject.equals(about), "subject_mismatch");
        Verifier.checkTimes(signed, 300, 5);

        var digest = Countersign.contentDigest(content.getBytes(StandardCharsets.UTF_8));
        var base = Verifier.base(signed, Map.of("content-digest", digest));
        Verifier.checkSignature(signed, base, signature);
        Verifier.consume(signed);
        return content;
    }

    public static void main(String[] args) throws Exception {
        var received = new String(Verifier.read(System.in), StandardCharsets.UTF_8);
        var subject = args.length > 3 ? args[3] : null;
        var content = verify(received, args[0], args[1], args[2], subject);
        System.out.write(content.getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }
}
