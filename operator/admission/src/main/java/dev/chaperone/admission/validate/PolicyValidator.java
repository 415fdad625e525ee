package dev.chaperone.admission.validate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.admission.server.AdmissionAnswer;
import dev.chaperone.admission.server.AdmissionAnswer.Allowed;
import dev.chaperone.admission.server.AdmissionAnswer.Denied;
import dev.chaperone.admission.server.AdmissionAnswer.Reason;
import dev.chaperone.admission.server.AdmissionHandler;
import dev.chaperone.admission.server.AdmissionRequest;
import dev.chaperone.admission.server.AdmissionRequest.Operation;
import dev.chaperone.admission.validate.PolicyCheck.Findings;
import dev.chaperone.admission.validate.PolicyObjects.Reading;
import dev.chaperone.admission.validate.PolicyObjects.Reading.Sound;
import dev.chaperone.admission.validate.PolicyObjects.Reading.Unsound;
import dev.chaperone.api.Api;
import dev.chaperone.api.ClusterOversightPolicy;
import dev.chaperone.api.ClusterToolPolicy;
import dev.chaperone.api.ClusterToolServer;
import dev.chaperone.api.OversightPolicy;
import dev.chaperone.api.OversightRules;
import dev.chaperone.api.PolicyRules;
import dev.chaperone.api.ServerDescription;
import dev.chaperone.api.ToolPolicy;
import dev.chaperone.api.ToolServer;
import dev.chaperone.policy.Issue;
import dev.chaperone.policy.Issue.Severity;
import dev.chaperone.policy.Loosening;
import dev.chaperone.policy.OversightShape;
import dev.chaperone.policy.Pins;
import dev.chaperone.policy.PolicyCompiler;
import dev.chaperone.policy.Source;
import dev.chaperone.policy.oversight.OversightLoosening;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Refuses policies and tool servers that do not compile, and tells what a change permits that was not permitted before,
 * or what oversight it no longer asks for.
 * A change of anything but the spec is nobody's concern here: what is in the cluster can always be labelled and deleted,
 * and a schema that changed later takes no policy back.
 */
public final class PolicyValidator implements AdmissionHandler {
    /** Where API servers ask. */
    public static final String PATH = "/validate/policies";

    private static final Set<String> KINDS = Set.of(
            "ToolPolicy", "ClusterToolPolicy", "ToolServer", "ClusterToolServer", "OversightPolicy",
            "ClusterOversightPolicy");

    private final PolicyCheck check;
    private final Credentials credentials;

    /** @param world asked once for each request, for what there is at that moment */
    public PolicyValidator(PolicyCompiler compiler, Supplier<PolicyWorld> world, Credentials credentials) {
        this.check = new PolicyCheck(compiler, world);
        this.credentials = credentials;
    }

    @Override
    public AdmissionAnswer handle(AdmissionRequest request) {
        JsonNode object = request.object();
        JsonNode oldObject = request.oldObject();
        boolean ours = request.kind().group().equals(Api.GROUP) && KINDS.contains(request.kind().kind())
                && request.subResource() == null;
        if (!ours || (object == null) != (request.operation() == Operation.DELETE)) {
            return new Denied(
                    Reason.INTERNAL_ERROR,
                    "this webhook is for policies and tool servers, and was asked about something else", List.of());
        }
        String namespace = request.namespace();
        HasMetadata before = oldObject == null ? null : readable(oldObject, namespace);
        if (object == null) {
            return deleted(before);
        }
        if (oldObject != null && object.path("spec").equals(oldObject.path("spec"))) {
            return Allowed.asItIs(List.of());
        }
        return switch (PolicyObjects.read(object, namespace)) {
            case Unsound(var issues) -> answer(issues, Stream.empty());
            case Sound(var after) -> changed(before, after);
        };
    }

    // What cannot be read got in while nobody looked; there is nothing to compare with.
    private static @Nullable HasMetadata readable(JsonNode object, @Nullable String namespace) {
        Reading reading = PolicyObjects.read(object, namespace);
        return reading instanceof Sound(var sound) ? sound : null;
    }

    private AdmissionAnswer changed(@Nullable HasMetadata before, HasMetadata after) {
        OversightRules oversight = oversight(after);
        if (oversight != null) {
            OversightRules old = oversight(before);
            return answer(
                    OversightShape.check(PolicyCheck.resource(after), oversight, Source.NONE),
                    (old == null
                            ? OversightLoosening.ofCreation(oversight)
                            : OversightLoosening.between(old, oversight)).stream());
        }
        ServerDescription server = server(after);
        if (server == null) {
            PolicyRules rules = rules(before);
            PolicyRules changed = rules(after);
            return answer(
                    check.policy(after),
                    rules == null || changed == null ? Stream.empty() : Loosening.between(rules, changed).stream());
        }
        Findings findings = check.server(before, after);
        List<Issue> own = new ArrayList<>(findings.own());
        if (server.credentials() != null) {
            String problem = credentials.problem(
                    after.getMetadata().getNamespace(), server.credentials().secretRef(), server.url());
            if (problem != null) {
                own.add(new Issue(
                        Severity.ERROR, PolicyCheck.resource(after), "spec.credentials.secretRef", null, problem, null,
                        null));
            }
        }
        return answer(
                own, Stream.concat(
                        pins(before).loosenedTo(Pins.of(server)).stream(),
                        findings.elsewhere().stream().map(PolicyValidator::fromNowOn)));
    }

    private AdmissionAnswer deleted(@Nullable HasMetadata before) {
        OversightRules oversight = oversight(before);
        if (oversight != null) {
            return Allowed.asItIs(OversightLoosening.ofDeletion(oversight));
        }
        PolicyRules rules = rules(before);
        if (rules != null) {
            return Allowed.asItIs(Loosening.ofDeletion(rules));
        }
        if (before != null) {
            return Allowed.asItIs(
                    Stream.concat(
                            pins(before).loosenedTo(Pins.NONE).stream(),
                            check.server(before, null).elsewhere().stream().map(PolicyValidator::fromNowOn)).toList());
        }
        return Allowed.asItIs(List.of());
    }

    private static AdmissionAnswer answer(List<Issue> own, Stream<String> consequences) {
        List<Issue> errors = own.stream().filter(Issue::isError).toList();
        List<String> warnings = Stream.concat(
                own.stream().filter(issue -> !issue.isError()).map(PolicyValidator::inOneLine), consequences).toList();
        if (errors.isEmpty()) {
            return Allowed.asItIs(warnings);
        }
        String message = errors.stream().map(Issue::render).collect(Collectors.joining("\n\n"));
        return new Denied(Reason.INVALID, message, warnings);
    }

    private static String fromNowOn(Issue issue) {
        return "from now on, " + inOneLine(issue);
    }

    // Warnings travel in a header, so they have neither line breaks nor carets.
    private static String inOneLine(Issue issue) {
        return issue.resource() + (issue.path().isEmpty() ? ": " : ", " + issue.path() + ": ") + issue.message()
                + (issue.mend() == null ? "" : "; " + issue.mend());
    }

    private static Pins pins(@Nullable HasMetadata object) {
        return Pins.of(object == null ? null : server(object));
    }

    private static @Nullable PolicyRules rules(@Nullable HasMetadata object) {
        return switch (object) {
            case ToolPolicy policy -> policy.getSpec();
            case ClusterToolPolicy policy -> policy.getSpec();
            case null, default -> null;
        };
    }

    private static @Nullable OversightRules oversight(@Nullable HasMetadata object) {
        return switch (object) {
            case OversightPolicy policy -> policy.getSpec();
            case ClusterOversightPolicy policy -> policy.getSpec();
            case null, default -> null;
        };
    }

    private static @Nullable ServerDescription server(HasMetadata object) {
        return switch (object) {
            case ToolServer server -> server.getSpec();
            case ClusterToolServer server -> server.getSpec();
            default -> null;
        };
    }
}
