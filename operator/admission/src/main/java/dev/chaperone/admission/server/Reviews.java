package dev.chaperone.admission.server;

import dev.chaperone.admission.server.AdmissionAnswer.Denied;
import dev.chaperone.admission.server.AdmissionAnswer.Reason;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From the bytes of a question to the bytes of its answer. */
final class Reviews {
    private static final Logger LOG = LoggerFactory.getLogger(Reviews.class);

    private Reviews() {}

    /** @throws ReviewException when there is nothing that could be answered */
    static byte[] answer(byte[] question, AdmissionHandler handler) throws ReviewException {
        AdmissionRequest request = ReviewCodec.read(question);
        return answer(request, handler);
    }

    // Whatever goes wrong denies: an API server that gets no answer may be told to go on without one.
    private static byte[] answer(AdmissionRequest request, AdmissionHandler handler) {
        try {
            return ReviewCodec.write(request.uid(), handler.handle(request));
        } catch (Exception | StackOverflowError | OutOfMemoryError | LinkageError | AssertionError e) {
            LOG.atError()
                    .addKeyValue("kind", request.kind().kind())
                    .addKeyValue("operation", request.operation())
                    .addKeyValue("namespace", request.namespace())
                    .addKeyValue("name", request.name())
                    .setCause(unspoken(e))
                    .log("an admission request could not be judged and was denied");
            return ReviewCodec.write(
                    request.uid(),
                    new Denied(
                            Reason.INTERNAL_ERROR,
                            "Chaperone could not judge this " + request.kind().kind() + " ("
                                    + e.getClass().getSimpleName()
                                    + "); the operator's log says where",
                            List.of()));
        }
    }

    // Messages of exceptions quote what they were given, which may be anybody's secret.
    private static Throwable unspoken(Throwable problem) {
        Throwable told = new Throwable(problem.getClass().getName());
        told.setStackTrace(problem.getStackTrace());
        return told;
    }
}
