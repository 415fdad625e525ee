package dev.chaperone.it.kubernetes;

import java.util.Objects;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One {@link GovernedCluster} for all test classes that only look at it, stopped when the last one is through. */
final class SharedCluster implements BeforeAllCallback, ParameterResolver {
    // Here and not when a parameter is resolved, because only here a missing Docker counts as skipped.
    @Override
    public void beforeAll(ExtensionContext context) {
        store(context).computeIfAbsent(GovernedCluster.class, key -> GovernedCluster.start());
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
        return context.getRoot().getStore(ExtensionContext.Namespace.create(SharedCluster.class));
    }
}
