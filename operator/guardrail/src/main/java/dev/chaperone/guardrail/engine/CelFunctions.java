package dev.chaperone.guardrail.engine;

import dev.cel.common.CelOptions;
import dev.cel.common.values.CelByteString;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.CelStandardFunctions.StandardFunction;
import dev.cel.runtime.ConcatenatedListView;
import dev.cel.runtime.InternalCelFunctionBinding;
import dev.cel.runtime.RuntimeEquality;
import dev.cel.runtime.RuntimeHelpers;
import dev.chaperone.guardrail.json.WorkMeter;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Every function that a rule can call here, under the overload ids that compilers write into programs. */
public final class CelFunctions {
    /** What the runtime plans itself instead of calling a function for it. */
    private static final Set<String> PLANNED = Set.of("logical_and", "logical_or", "conditional", "type",
            "select_optional_field", "optional_or_optional", "optional_orValue_value");

    /** Standard functions whose work grows with their arguments: here they are charged for it. */
    private static final StandardFunction[] CHARGED = {StandardFunction.ADD, StandardFunction.CONTAINS,
            StandardFunction.STARTS_WITH, StandardFunction.ENDS_WITH, StandardFunction.SIZE, StandardFunction.STRING,
            StandardFunction.BYTES, StandardFunction.INT, StandardFunction.UINT, StandardFunction.DOUBLE,
            StandardFunction.BOOL, StandardFunction.TIMESTAMP, StandardFunction.DURATION, StandardFunction.EQUALS,
            StandardFunction.NOT_EQUALS, StandardFunction.LESS, StandardFunction.LESS_EQUALS,
            StandardFunction.GREATER, StandardFunction.GREATER_EQUALS, StandardFunction.IN};

    /** Of which types lists can be ordered, as overload ids name them. */
    private static final List<String> COMPARABLE = List.of("int", "double", "string", "bool",
            "timestamp", "duration");

    private CelFunctions() {}

    /** The overload ids of all functions that programs may refer to. */
    public static Set<String> overloadIds() {
        Set<String> ids = new TreeSet<>(PLANNED);
        plain().newFunctionBindings(equality(), CelOptions.DEFAULT)
                .forEach(binding -> ids.add(binding.getOverloadId()));
        bindings(new Regexes(), CelOptions.DEFAULT).forEach(binding -> ids.add(binding.getOverloadId()));
        return Set.copyOf(ids);
    }

    /** The standard functions that are taken as they are. */
    static CelStandardFunctions plain() {
        StandardFunction[] excluded = Arrays.copyOf(CHARGED, CHARGED.length + 1);
        excluded[CHARGED.length] = StandardFunction.MATCHES;
        return CelStandardFunctions.newBuilder().excludeFunctions(excluded).build();
    }

    /** All functions besides {@link #plain()}. */
    static Collection<CelFunctionBinding> bindings(Regexes regexes, CelOptions options) {
        Map<String, Set<CelFunctionBinding>> functions = new LinkedHashMap<>();
        charged(functions, options);
        paths(functions);
        strings(functions);
        regexes(functions, regexes);
        lists(functions);
        optionals(functions);
        Set<CelFunctionBinding> bindings = new LinkedHashSet<>();
        functions.forEach((name, overloads) -> bindings.addAll(CelFunctionBinding.fromOverloads(name, overloads)));
        return bindings;
    }

    private static void charged(Map<String, Set<CelFunctionBinding>> functions, CelOptions options) {
        var standard = CelStandardFunctions.newBuilder().includeFunctions(CHARGED).build();
        for (CelFunctionBinding binding : standard.newFunctionBindings(equality(), options)) {
            String function = ((InternalCelFunctionBinding) binding).getFunctionName();
            if (binding.getOverloadId().equals(function)) {
                continue; // dispatches by type to the others, and is made anew for them
            }
            add(functions, function, charged(binding));
        }
    }

    // The runtime calls functions of one and two arguments without an array, and expects bindings made for that.
    @SuppressWarnings("unchecked")
    private static CelFunctionBinding charged(CelFunctionBinding binding) {
        CelFunctionOverload body = binding.getDefinition();
        List<Class<?>> types = binding.getArgTypes();
        String id = binding.getOverloadId();
        return switch (types.size()) {
            case 1 -> CelFunctionBinding.from(id, (Class<Object>) types.getFirst(), a -> {
                WorkMeter.charge(size(a));
                return body.apply(new Object[]{a});
            });
            case 2 -> CelFunctionBinding.from(id, (Class<Object>) types.getFirst(), (Class<Object>) types.getLast(),
                    (a, b) -> {
                        WorkMeter.charge(size(a) + size(b));
                        return body.apply(new Object[]{a, b});
                    });
            default -> throw new IllegalStateException(id);
        };
    }

    // Lists that are appended to stay as they are; what is appended is copied.
    private static long size(Object value) {
        return switch (value) {
            case String text -> text.length();
            case CelByteString bytes -> bytes.size();
            case ConcatenatedListView<?> appended -> 1;
            case Collection<?> items -> items.size();
            default -> 1;
        };
    }

    private static void paths(Map<String, Set<CelFunctionBinding>> functions) {
        add(functions, "cleanPath", CelFunctionBinding.from("string_clean_path", String.class, Paths::clean));
        add(functions, "isWithin",
                CelFunctionBinding.from("string_is_within_string", String.class, String.class, Paths::isWithin));
    }

    private static void strings(Map<String, Set<CelFunctionBinding>> functions) {
        List<Class<?>> textLong = List.of(String.class, String.class, Long.class);
        add(functions, "lowerAscii", CelFunctionBinding.from("string_lower_ascii", String.class, Strings::lowerAscii));
        add(functions, "upperAscii", CelFunctionBinding.from("string_upper_ascii", String.class, Strings::upperAscii));
        add(functions, "trim", CelFunctionBinding.from("string_trim", String.class, Strings::trim));
        add(functions, "charAt",
                CelFunctionBinding.from("string_char_at_int", String.class, Long.class, Strings::charAt));
        add(functions, "substring", CelFunctionBinding.from("string_substring_int", String.class, Long.class,
                (text, begin) -> Strings.substring(text, begin, Long.MAX_VALUE)));
        add(functions, "substring",
                CelFunctionBinding.from("string_substring_int_int", List.of(String.class, Long.class, Long.class),
                        args -> Strings.substring((String) args[0], (Long) args[1], (Long) args[2])));
        add(functions, "indexOf", CelFunctionBinding.from("string_index_of_string", String.class, String.class,
                (text, part) -> Strings.indexOf(text, part, 0)));
        add(functions, "indexOf", CelFunctionBinding.from("string_index_of_string_int", textLong,
                args -> Strings.indexOf((String) args[0], (String) args[1], (Long) args[2])));
        add(functions, "lastIndexOf",
                CelFunctionBinding.from("string_last_index_of_string", String.class, String.class,
                        Strings::lastIndexOf));
        add(functions, "lastIndexOf", CelFunctionBinding.from("string_last_index_of_string_int", textLong,
                args -> Strings.lastIndexOf((String) args[0], (String) args[1], (Long) args[2])));
        add(functions, "replace",
                CelFunctionBinding.from("string_replace_string_string",
                        List.of(String.class, String.class, String.class),
                        args -> Strings.replace((String) args[0], (String) args[1], (String) args[2], -1)));
        add(functions, "replace",
                CelFunctionBinding.from("string_replace_string_string_int",
                        List.of(String.class, String.class, String.class, Long.class), args -> Strings
                                .replace((String) args[0], (String) args[1], (String) args[2], (Long) args[3])));
        add(functions, "split", CelFunctionBinding.from("string_split_string", String.class, String.class,
                (text, separator) -> Strings.split(text, separator, -1)));
        add(functions, "split", CelFunctionBinding.from("string_split_string_int", textLong,
                args -> Strings.split((String) args[0], (String) args[1], (Long) args[2])));
        add(functions, "join", CelFunctionBinding.from("list_join", List.class, list -> Strings.join(list, "")));
        add(functions, "join", CelFunctionBinding.from("list_join_string", List.class, String.class,
                (list, separator) -> Strings.join(list, separator)));
    }

    @SuppressWarnings("Immutable") // the patterns are complete before a call is decided
    private static void regexes(Map<String, Set<CelFunctionBinding>> functions, Regexes regexes) {
        add(functions, "matches", CelFunctionBinding.from("matches", String.class, String.class, regexes::matches));
        add(functions, "matches",
                CelFunctionBinding.from("matches_string", String.class, String.class, regexes::matches));
        add(functions, "find",
                CelFunctionBinding.from("string_find_string", String.class, String.class, regexes::find));
        add(functions, "findAll", CelFunctionBinding.from("string_find_all_string", String.class, String.class,
                (text, pattern) -> regexes.findAll(text, pattern, -1)));
        add(functions, "findAll",
                CelFunctionBinding.from("string_find_all_string_int", List.of(String.class, String.class, Long.class),
                        args -> regexes.findAll((String) args[0], (String) args[1], (Long) args[2])));
    }

    // Lists of a type that is known only now are dispatched by name: every overload does the same whatever its type.
    private static void lists(Map<String, Set<CelFunctionBinding>> functions) {
        for (String type : COMPARABLE) {
            add(functions, "isSorted",
                    CelFunctionBinding.from("list_" + type + "_is_sorted_bool", List.class, Lists::isSorted));
            add(functions, "min",
                    CelFunctionBinding.from("list_" + type + "_min_" + type, List.class, Lists::min));
            add(functions, "max",
                    CelFunctionBinding.from("list_" + type + "_max_" + type, List.class, Lists::max));
        }
        add(functions, "sum", CelFunctionBinding.from("list_int_sum_int", List.class, Lists::sum));
        add(functions, "sum", CelFunctionBinding.from("list_double_sum_double", List.class, Lists::sumOfDoubles));
        add(functions, "indexOf",
                CelFunctionBinding.from("list_a_index_of_int", List.class, Object.class, Lists::indexOf));
        add(functions, "lastIndexOf",
                CelFunctionBinding.from("list_a_last_index_of_int", List.class, Object.class, Lists::lastIndexOf));
    }

    private static void optionals(Map<String, Set<CelFunctionBinding>> functions) {
        add(functions, "optional.of", CelFunctionBinding.from("optional_of", Object.class, Optional::of));
        add(functions, "optional.none", CelFunctionBinding.from("optional_none", List.of(), args -> Optional.empty()));
        add(functions, "optional.ofNonZeroValue",
                CelFunctionBinding.from("optional_ofNonZeroValue", Object.class, Optionals::ofNonZero));
        add(functions, "first", CelFunctionBinding.from("optional_list_first", List.class, Optionals::first));
        add(functions, "last", CelFunctionBinding.from("optional_list_last", List.class, Optionals::last));
        add(functions, "optional.unwrap",
                CelFunctionBinding.from("optional_unwrap_list", List.class, Optionals::unwrap));
        add(functions, "value", CelFunctionBinding.from("optional_value", Object.class, Optionals::value));
        add(functions, "hasValue", CelFunctionBinding.from("optional_hasValue", Object.class, Optionals::hasValue));
        add(functions, "_[?_]",
                CelFunctionBinding.from("list_optindex_optional_int", List.class, Long.class, Optionals::at));
        add(functions, "_[?_]",
                CelFunctionBinding.from("optional_list_optindex_optional_int", Optional.class, Long.class,
                        Optionals::at));
        add(functions, "_[?_]",
                CelFunctionBinding.from("map_optindex_optional_value", Map.class, Object.class, Optionals::in));
        add(functions, "_[?_]",
                CelFunctionBinding.from("optional_map_optindex_optional_value", Optional.class, Object.class,
                        Optionals::in));
        add(functions, "_[_]",
                CelFunctionBinding.from("optional_list_index_int", Optional.class, Long.class, Optionals::at));
        add(functions, "_[_]",
                CelFunctionBinding.from("optional_map_index_value", Optional.class, Object.class, Optionals::in));
    }

    private static void add(
            Map<String, Set<CelFunctionBinding>> functions, String function, CelFunctionBinding binding) {
        functions.computeIfAbsent(function, name -> new LinkedHashSet<>()).add(binding);
    }

    private static RuntimeEquality equality() {
        return RuntimeEquality.create(RuntimeHelpers.create(), CelOptions.DEFAULT);
    }
}
