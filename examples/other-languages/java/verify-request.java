// Verifies requests: java -cp classes VerifyRequest PORT
//
// Serves on 127.0.0.1 and answers with the content that was signed.
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

final class VerifyRequest {
    /** Wire format, "Components": what every request must cover. */
    static void checkCoverage(List<String> names, Map<String, String> fields, byte[] content) {
        var needed = new ArrayList<>(List.of("@method", "@authority", "@path", "@query"));
        for (var name : List.of("content-type", "content-encoding")) {
            if (fields.containsKey(name)) {
                needed.add(name);
            }
        }
        if (content.length > 0) {
            needed.add("content-digest");
        }
        Refused.unless(names.containsAll(needed), "component_uncovered");
    }

    /**
     * Throws unless all is well.
     *
     * @param target path and query, as they arrived
     * @param fields by lower-case names; the lines of one name joined with ", "
     */
    static void verify(String method, String target, Map<String, String> fields, byte[] content)
        throws GeneralSecurityException, IOException {
        var signature = fields.get("signature");
        var there = signature != null && fields.containsKey("signature-input");
        Refused.unless(there, "signature_missing");
        var signed = new SignatureInput(fields.get("signature-input"));
        Refused.unless(!signed.parameters.containsKey("tag"), "tag_mismatch");
        checkCoverage(signed.names, fields, content);
        Verifier.checkTimes(signed, 300, 5);

        // RFC 9421, section 2.2: what is derived from the request, beside its fields.
        var mark = target.indexOf('?');
        var values = new HashMap<>(fields);
        values.put("@method", method);
        // Who we are, as clients write it: never what Host says.
        values.put("@authority", Countersign.required("COUNTERSIGN_AUTHORITY"));
        values.put("@path", mark < 0 ? target : target.substring(0, mark));
        values.put("@query", mark < 0 ? "?" : target.substring(mark));
        Verifier.checkSignature(signed, Verifier.base(signed, values), signature);

        // RFC 9530: the digest was signed, and this is the content that it was made of.
        if (signed.names.contains("content-digest")) {
            var digest = Countersign.contentDigest(content);
            Refused.unless(digest.equals(fields.get("content-digest")), "digest_mismatch");
        }
        Verifier.consume(signed);
    }

    static Map<String, String> fieldsOf(Headers headers) {
        var fields = new HashMap<String, String>();
        headers.forEach((name, lines) -> {
            fields.put(name.toLowerCase(Locale.ROOT), String.join(", ", lines));
        });
        return fields;
    }

    /** Wire format, "Answers": a problem document (RFC 9457). */
    static byte[] problem(String code, Headers headers) {
        headers.set("Content-Type", "application/problem+json");
        headers.set("WWW-Authenticate", "Signature error=\"" + code + "\"");
        var type = "urn:countersign:problem:" + code;
        var problem = "{\"type\":\"%s\",\"status\":401,\"code\":\"%s\",\"now\":%d}";
        var text = problem.formatted(type, code, Instant.now().getEpochSecond());
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static void answer(HttpExchange exchange) throws IOException {
        var status = 200;
        var fields = fieldsOf(exchange.getRequestHeaders());
        var target = exchange.getRequestURI().toString();
        byte[] content;
        try {
            content = Verifier.read(exchange.getRequestBody());
            verify(exchange.getRequestMethod(), target, fields, content);
            // Your application goes here, with the content that was verified.
        } catch (Refused refusal) {
            status = 401;
            content = problem(refusal.code, exchange.getResponseHeaders());
        } catch (GeneralSecurityException error) {
            throw new IOException(error);
        }
        exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
        exchange.getResponseBody().write(content);
        exchange.close();
    }

    public static void main(String[] args) throws IOException {
        var address = new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0]));
        var server = HttpServer.create(address, 0);
        server.createContext("/", VerifyRequest::answer);
        server.start();
    }
}
