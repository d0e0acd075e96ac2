// Signs a payload that the customer's browser relays.
//
// java -cp classes SignPayload text|form TAG AUDIENCE [SUBJECT] < payload
//
// text: one opaque text; form: urlencoded fields. Prints urlencoded fields, to be hidden inputs.
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

final class SignPayload {
    /** Adds the two fields that stand beside the data. `content` is the data's canonical text. */
    static void sign(
        Map<String, String> fields,
        String content,
        String tag,
        String audience,
        String subject
    ) throws GeneralSecurityException {
        // The digest (RFC 9530) stands for the data.
        var digest = Countersign.contentDigest(content.getBytes(StandardCharsets.UTF_8));
        var covered = Map.of("content-digest", digest);

        // The parameters (RFC 9421, section 2.3): who signs, what for, for whom, and about whom.
        var params = Countersign.names(covered)
            + ";created=" + Instant.now().getEpochSecond()
            + ";nonce=\"" + Countersign.nonce() + '"'
            + ";keyid=" + Countersign.structuredString(Countersign.required("COUNTERSIGN_KEYID"))
            + ";tag=" + Countersign.structuredString(tag)
            + ";audience=" + Countersign.structuredString(audience);
        if (subject != null) {
            params += ";subject=" + Countersign.structuredString(subject);
        }

        var base = Countersign.base(covered, params);
        var signature = Countersign.sign(base, Countersign.required("COUNTERSIGN_SECRET"));
        fields.put("signature-input", "sig=" + params);
        fields.put("signature", "sig=" + signature);
    }

    public static void main(String[] args) throws Exception {
        var kind = args[0];
        var tag = "cs1-" + kind + ":" + args[1];
        var subject = args.length > 3 ? args[3] : null;
        var text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);

        Map<String, String> fields = new HashMap<>(Map.of("payload", text));
        if (kind.equals("form")) {
            fields = Form.parse(text);
        }
        if (fields.containsKey("signature-input") || fields.containsKey("signature")) {
            throw new IllegalArgumentException("it has a signature");
        }
        var content = kind.equals("form") ? Form.canonical(fields) : text;
        sign(fields, content, tag, args[2], subject);
        System.out.print(Form.canonical(fields));
        System.out.flush();
    }
}
