// Signs a request and sends it: java -cp classes SignRequest METHOD URL [CONTENT-TYPE] < content
import java.net.URI;
import java.net.http.*;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.*;

final class SignRequest {
    /** What no parser on the way changes: what is signed is what arrives. */
    static final String FINAL = "(?:[\\w.~!$&()*+,;=:@/?-]++|%[0-9A-Fa-f]{2})++";

    /** The fields to send. */
    static Map<String, String> sign(String method, URI url, String contentType, byte[] content)
        throws GeneralSecurityException {
        var fields = new LinkedHashMap<String, String>();
        if (content.length > 0) {
            fields.put("content-type", contentType);
            fields.put("content-digest", Countersign.digest(content));
        }
        var port = url.getScheme().equals("https") ? ":443$" : ":80$";
        var covered = new LinkedHashMap<String, String>();
        covered.put("@method", method);
        covered.put("@authority", url.getRawAuthority().toLowerCase(Locale.ROOT).replaceFirst(port, ""));
        covered.put("@path", url.getRawPath().isEmpty() ? "/" : url.getRawPath());
        covered.put("@query", "?" + Objects.requireNonNullElse(url.getRawQuery(), ""));
        covered.putAll(fields);
        var params = Countersign.names(covered) + ";created=" + Instant.now().getEpochSecond()
            + ";nonce=\"" + Countersign.nonce() + "\";keyid=" + Countersign.quote(Countersign.KEYID);
        fields.put("signature-input", "sig=" + params);
        fields.put("signature", Countersign.sign(Countersign.base(covered, params), Countersign.SECRET));
        return fields;
    }

    public static void main(String[] args) throws Exception {
        if (!args[1].matches(FINAL)) throw new IllegalArgumentException("not a percent-encoded URL");
        var content = System.in.readAllBytes();
        var url = URI.create(args[1]);
        var request = HttpRequest.newBuilder(url).method(args[0], HttpRequest.BodyPublishers.ofByteArray(content));
        var contentType = args.length > 2 ? args[2] : "application/json";
        sign(args[0], url, contentType, content).forEach(request::header);
        // This client follows no redirect: a signature is for one URL.
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        System.out.write(answer.body());
        System.out.flush();
        System.exit(answer.statusCode() / 100 == 2 ? 0 : 1);
    }
}
