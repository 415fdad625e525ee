package dev.chaperone.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code NAMESPACE/NAME}. */
record AgentName(String namespace, String name) {
    private static final String DNS_LABELS = "[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?";

    @Override
    public String toString() {
        return namespace + "/" + name;
    }

    static final class Converter implements ITypeConverter<AgentName> {
        @Override
        public AgentName convert(String text) {
            String[] parts = text.split("/", -1);
            if (parts.length != 2 || !parts[0].matches(DNS_LABELS) || !parts[1].matches(DNS_LABELS)) {
                throw new TypeConversionException("'" + text + "' is not NAMESPACE/NAME, for example dev/coder");
            }
            return new AgentName(parts[0], parts[1]);
        }
    }
}
