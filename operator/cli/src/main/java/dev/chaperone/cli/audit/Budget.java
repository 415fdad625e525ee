package dev.chaperone.cli.audit;

/** How much is remembered of all trails together: what tampers with a trail must not fill the memory of who looks. */
final class Budget {
    /** Ends of runs, and lines that fit nowhere; about 300 bytes each. */
    static final int PIECES = 200_000;
    /** Records that can be compared with ones that come later; 16 bytes each. */
    static final int MARKS = 2_000_000;

    private int pieces;
    private int marks;

    Budget() {
        this(PIECES, MARKS);
    }

    Budget(int pieces, int marks) {
        this.pieces = pieces;
        this.marks = marks;
    }

    void takePiece() throws TooScatteredException {
        if (pieces == 0) {
            throw new TooScatteredException();
        }
        pieces--;
    }

    boolean takeMark() {
        return marks > 0 && marks-- > 0;
    }

    static final class TooScatteredException extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
