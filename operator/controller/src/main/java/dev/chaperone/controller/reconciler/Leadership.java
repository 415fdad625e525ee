package dev.chaperone.controller.reconciler;

/** Whether this replica leads. One that has lost the lead writes nothing more, whatever it was about to do. */
public final class Leadership {
    private volatile boolean lost;

    public void lose() {
        lost = true;
    }

    boolean isLost() {
        return lost;
    }
}
