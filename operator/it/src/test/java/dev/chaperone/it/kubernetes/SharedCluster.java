package dev.chaperone.it.kubernetes;

import java.util.Objects;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives test classes the one {@link GovernedCluster}. */
final class SharedCluster implements BeforeAllCallback, ParameterResolver {
    // Here and not when a parameter is resolved, because only here a missing Docker counts as skipped.
    @Override
    public void beforeAll(ExtensionContext context) {
        GovernedCluster cluster = StoryCluster.of(context).stage(GovernedCluster.class, GovernedCluster::start);
        store(context).put(GovernedCluster.class, cluster);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == GovernedCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return Objects.requireNonNull(store(context).get(GovernedCluster.class));
    }

    private static ExtensionContext.Store store(ExtensionContext context) {
        return context.getStore(ExtensionContext.Namespace.create(SharedCluster.class));
    }
}
