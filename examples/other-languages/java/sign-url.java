// Signs a URL that somebody else will open: java -cp classes SignUrl METHOD URL EXPIRES-IN [once]
//
// METHOD is what the opener will send: GET (which serves HEAD too) or PUT. EXPIRES-IN: in seconds.
// `once` makes the URL count one time only. The URL must be percent-encoded, and have no fragment.
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Set;

final class SignUrl {
    static void refuseSigned(String query) {
        for (var pair : query.split("&")) {
            var name = Form.decode(pair.split("=", 2)[0]).toLowerCase(Locale.ROOT);
            if (Set.of("signature-input", "signature").contains(name)) {
                throw new IllegalArgumentException("the URL has a signature");
            }
        }
    }

    /** RFC 4648, section 5, without padding. */
    static String base64url(String text) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The URL with two more parameters: wire format, "Query carrier". */
    static String signUrl(String method, String address, long expiresIn, boolean once)
        throws GeneralSecurityException {
        if (!address.matches(Countersign.FINAL_URL)) {
            throw new IllegalArgumentException("not a percent-encoded URL without fragment");
        }
        var url = URI.create(address);
        var path = url.getRawPath();
        var query = url.getRawQuery() == null ? "" : url.getRawQuery();
        refuseSigned(query);
        query = Spelling.formSpelling(query);

        var covered = new LinkedHashMap<String, String>();
        covered.put("@method", method);
        covered.put("@authority", Countersign.authorityOf(url));
        covered.put("@path", path.isEmpty() ? "/" : path);
        covered.put("@query", "?" + query);

        // The parameters (RFC 9421, section 2.3). A URL must expire: URLs are kept and forwarded.
        var created = Instant.now().getEpochSecond();
        var params = Countersign.names(covered)
            + ";created=" + created
            + ";expires=" + (created + expiresIn)
            + (once ? ";nonce=\"" + Countersign.nonce() + '"' : "")
            + ";keyid=" + Countersign.structuredString(Countersign.required("COUNTERSIGN_KEYID"))
            + ";tag=\"cs1-url\"";
        var base = Countersign.base(covered, params);
        var signature = Countersign.sign(base, Countersign.required("COUNTERSIGN_SECRET"));

        return address.split("\\?", 2)[0] + "?" + query + (query.isEmpty() ? "" : "&")
            + "signature-input=" + base64url("sig=" + params)
            + "&signature=" + base64url("sig=" + signature);
    }

    public static void main(String[] args) throws GeneralSecurityException {
        var expiresIn = Long.parseLong(args[2]);
        var once = args.length > 3;
        System.out.println(signUrl(args[0], args[1], expiresIn, once));
    }
}
