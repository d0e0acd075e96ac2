import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

final class CheckDigest {
    /** Whether the bytes of a body are those that were signed. */
    static boolean contentMatches(String verifiedDigest, byte[] body) throws NoSuchAlgorithmException {
        for (String name : new String[] {"sha-256", "sha-512"}) {
            byte[] digest = MessageDigest.getInstance(name).digest(body);
            if ((name + "=:" + Base64.getEncoder().encodeToString(digest) + ":").equals(verifiedDigest)) return true;
        }
        return false;
    }
}
