// Signs a payload that the customer's browser relays: java -cp classes SignPayload text|form TAG AUDIENCE [SUBJECT]
//
// text: one opaque text on stdin; form: urlencoded fields. Prints urlencoded fields, to become hidden inputs.
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.*;
import static java.nio.charset.StandardCharsets.UTF_8;

final class SignPayload {
    /** Adds the two fields that stand beside the data. */
    static void sign(Map<String, String> fields, String content, String[] address) throws GeneralSecurityException {
        var covered = Map.of("content-digest", Countersign.digest(content.getBytes(UTF_8)));
        var params = Countersign.names(covered) + ";created=" + Instant.now().getEpochSecond()
            + ";nonce=\"" + Countersign.nonce() + "\";keyid=" + Countersign.quote(Countersign.KEYID)
            + ";tag=" + Countersign.quote("cs1-" + address[0] + ":" + address[1])
            + ";audience=" + Countersign.quote(address[2])
            + (address.length > 3 ? ";subject=" + Countersign.quote(address[3]) : "");
        var signature = Countersign.sign(Countersign.base(covered, params), Countersign.SECRET);
        var taken = fields.put("signature-input", "sig=" + params);
        var also = fields.put("signature", signature);
        if (taken != null || also != null) throw new IllegalArgumentException("it has a signature");
    }

    public static void main(String[] args) throws Exception {
        var content = new String(System.in.readAllBytes(), UTF_8);
        var fields = args[0].equals("text") ? new HashMap<>(Map.of("payload", content)) : Form.parse(content);
        sign(fields, args[0].equals("text") ? content : Form.canonical(fields), args);
        System.out.print(Form.canonical(fields));
        System.out.flush();
    }
}
