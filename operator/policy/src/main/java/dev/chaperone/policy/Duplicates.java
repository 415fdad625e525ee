package dev.chaperone.policy;

import dev.chaperone.policy.Issue.Location;
import dev.chaperone.policy.Issue.Severity;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Says that one resource was given more than once. */
public final class Duplicates {
    private static final String NAME = "metadata.name";

    private Duplicates() {}

    /** One issue for all of a policy's inputs. */
    static Issue policy(PolicyId id, List<PolicyInput> inputs) {
        List<Source> sources = inputs.stream()
                .map(PolicyInput::current)
                .flatMap(current -> Optional.ofNullable(current).stream())
                .map(Sourced::source)
                .toList();
        return issue(
                id.resource(), sources, "remove one of them; until then every call of its agents is denied");
    }

    /**
     * One issue for all of them, whatever their order.
     *
     * @param resource kind and name
     * @param mend what to do
     */
    public static Issue issue(String resource, List<Source> sources, String mend) {
        List<Location> places = sources.stream()
                .map(source -> source.locate(NAME, 1, 1))
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(Location::file).thenComparingInt(Location::line))
                .toList();
        String where = places.isEmpty()
                ? ""
                : ": " + places.stream().map(Location::toString).collect(Collectors.joining(" and "));
        return new Issue(
                Severity.ERROR, resource, NAME, places.isEmpty() ? null : places.getLast(),
                "defined more than once" + where, null, mend);
    }
}
