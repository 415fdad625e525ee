package dev.chaperone.images;

/** Something that an image needs cannot be had on this machine. */
final class ImageUnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    ImageUnavailableException(String message) {
        super(message);
    }
}
