package dev.chaperone.guardrail;

import dev.chaperone.guardrail.proxy.Limits;
import dev.chaperone.guardrail.spool.SpoolSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a guardrail runs.
 *
 * @param agent whom the audit trail speaks of until a config says whose it is: {@code namespace/name} of the agent
 * @param listen where the agent reaches it
 * @param admin where health and metrics are served
 * @param hosts further names under which the agent may address it
 * @param stateDirectory what outlives a restart; the session, where there is no pod
 * @param auditFile the audit trail; {@code /dev/stdout} for the stream that this process has there
 * @param spool where audit records wait until they are acknowledged; null where nobody acknowledges them
 * @param credentialsDirectory a file per tool server with its bearer token; null for none
 * @param sessionId the pod's UID; null where the state directory is the session
 * @param limits what bounds memory and patience
 */
public record GuardrailSettings(
        String agent,
        InetSocketAddress listen,
        InetSocketAddress admin,
        Set<String> hosts,
        Path stateDirectory,
        Path auditFile,
        @Nullable SpoolSettings spool,
        @Nullable Path credentialsDirectory,
        @Nullable String sessionId,
        Limits limits) {
    /** The port for the agent, on loopback. */
    public static final int PORT = 15080;
    /** The port for health and metrics. */
    public static final int ADMIN_PORT = 15090;
}
