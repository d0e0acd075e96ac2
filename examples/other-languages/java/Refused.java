// Why a message is refused: one of the codes in docs/reference/errors.md.
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    final String code;

    private Refused(String code) {
        super("refused: " + code);
        this.code = code;
    }

    static void unless(boolean condition, String code) {
        if (!condition) {
            throw new Refused(code);
        }
    }
}
