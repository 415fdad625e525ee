package dev.chaperone.admission.server;

/** Answers API servers. Has no effect of its own, so that a dry run is the same as a real one. */
@FunctionalInterface
public interface AdmissionHandler {
    /** The answer. Whatever is thrown becomes a denial. */
    AdmissionAnswer handle(AdmissionRequest request);
}
