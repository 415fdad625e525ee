package dev.chaperone.guardrail.engine;

import dev.cel.runtime.CelVariableResolver;
import dev.chaperone.guardrail.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** What expressions can read, for one call. One policy at a time: it carries that policy's variables. */
final class CallActivation implements CelVariableResolver {
    private final Optional<Object> tool;
    private final Optional<Object> args;
    private final Optional<Object> agent;
    private final Optional<Object> session;
    private final Optional<Object> request;
    private Optional<Object> variables = Optional.empty();

    CallActivation(Fields agent, Fields tool, JsonObject arguments, SessionState session, ToolCall call) {
        this.agent = Optional.of(agent);
        this.tool = Optional.of(tool);
        this.args = Optional.of(arguments);
        this.session = Optional.of(new Fields("id", session.id(), "startedAt", session.startedAt()));
        this.request = Optional.of(new Fields("time", call.time()));
    }

    /** Makes these the variables that expressions read. */
    void enter(List<PlannedPolicy.Variable> policyVariables) {
        variables = policyVariables.isEmpty() ? Optional.empty() : Optional.of(new Variables(policyVariables, this));
    }

    @Override
    public Optional<Object> find(String name) {
        return switch (name) {
            case "args" -> args;
            case "tool" -> tool;
            case "variables" -> variables;
            case "agent" -> agent;
            case "session" -> session;
            case "request" -> request;
            default -> Optional.empty();
        };
    }
}
