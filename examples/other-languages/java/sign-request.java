// Signs a request and sends it: java -cp classes SignRequest METHOD URL [CONTENT-TYPE] < content
//
// The URL must be percent-encoded already.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

final class SignRequest {
    /** The fields that the request gets. */
    static Map<String, String> sign(String method, URI url, String contentType, byte[] content)
        throws GeneralSecurityException {
        var keyid = Countersign.structuredString(Countersign.required("COUNTERSIGN_KEYID"));
        var secret = Countersign.required("COUNTERSIGN_SECRET");

        // What is covered, in the order of the wire format, "Components".
        var covered = new LinkedHashMap<String, String>();
        var path = url.getRawPath();
        var query = url.getRawQuery();
        covered.put("@method", method);
        covered.put("@authority", Countersign.authorityOf(url));
        covered.put("@path", path.isEmpty() ? "/" : path);
        covered.put("@query", query == null ? "?" : "?" + query);

        var fields = new LinkedHashMap<String, String>();
        if (content.length > 0) {
            // RFC 9530: the digest stands for the content, so that the signature covers it.
            fields.put("content-type", contentType);
            fields.put("content-digest", Countersign.contentDigest(content));
        }
        covered.putAll(fields);

        // RFC 9421, section 2.3: the parameters of the signature.
        var params = Countersign.names(covered)
            + ";created=" + Instant.now().getEpochSecond()
            + ";nonce=\"" + Countersign.nonce() + '"'
            + ";keyid=" + keyid;

        var signature = Countersign.sign(Countersign.base(covered, params), secret);
        fields.put("signature-input", "sig=" + params);
        fields.put("signature", "sig=" + signature);
        return fields;
    }

    public static void main(String[] args) throws Exception {
        var method = args[0];
        var address = args[1];
        var contentType = args.length > 2 ? args[2] : "application/json";
        if (!address.matches(Countersign.FINAL_URL)) {
            throw new IllegalArgumentException("not a percent-encoded URL");
        }
        var parts = address.split("\\?", 2);
        if (parts.length == 2) {
            address = parts[0] + "?" + Spelling.defaultSpelling(parts[1]);
        }
        var url = URI.create(address);
        var content = System.in.readAllBytes();
        var request = HttpRequest.newBuilder(url);
        request.method(method, BodyPublishers.ofByteArray(content));
        sign(method, url, contentType, content).forEach(request::header);

        // This client follows no redirect: a signature is for one URL.
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var answer = client.send(request.build(), BodyHandlers.ofByteArray());
        System.out.write(answer.body());
        System.out.flush();
        System.exit(answer.statusCode() / 100 == 2 ? 0 : 1);
    }
}
