package dev.chaperone.policy.cel;

import static dev.cel.common.CelFunctionDecl.newFunctionDeclaration;
import static dev.cel.common.CelOverloadDecl.newMemberOverload;
import static dev.cel.common.types.SimpleType.BOOL;
import static dev.cel.common.types.SimpleType.DOUBLE;
import static dev.cel.common.types.SimpleType.DURATION;
import static dev.cel.common.types.SimpleType.INT;
import static dev.cel.common.types.SimpleType.STRING;
import static dev.cel.common.types.SimpleType.TIMESTAMP;

import dev.cel.checker.CelStandardDeclarations.StandardFunction;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.TypeParamType;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelOptionalLibrary;
import dev.cel.parser.CelMacro;
import dev.cel.parser.CelStandardMacro;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The functions that expressions may call besides CEL's standard ones. The guardrail has an implementation for each
 * overload id here and for no other.
 */
public final class CelFunctionDeclarations {
    private static final CelType STRINGS = ListType.create(STRING);

    private static final TypeParamType ANY = TypeParamType.create("A");
    private static final List<CelType> SUMMABLE = List.of(INT, DOUBLE);
    private static final List<CelType> COMPARABLE = List.of(INT, DOUBLE, STRING, BOOL, TIMESTAMP, DURATION);

    // Beyond cleanPath and isWithin, names and types are those of Kubernetes.
    private static final List<CelFunctionDecl> FUNCTIONS = List.of(
            // Lexical: links are followed by the tool server, not here.
            member("cleanPath", overload("string_clean_path", STRING)),
            member("isWithin", overload("string_is_within_string", BOOL, STRING)),
            member("lowerAscii", overload("string_lower_ascii", STRING)),
            member("upperAscii", overload("string_upper_ascii", STRING)),
            member("trim", overload("string_trim", STRING)),
            member("replace", overload("string_replace_string_string", STRING, STRING, STRING),
                    overload("string_replace_string_string_int", STRING, STRING, STRING, INT)),
            member("split", overload("string_split_string", STRINGS, STRING),
                    overload("string_split_string_int", STRINGS, STRING, INT)),
            member("substring", overload("string_substring_int", STRING, INT),
                    overload("string_substring_int_int", STRING, INT, INT)),
            member("indexOf", overload("string_index_of_string", INT, STRING),
                    overload("string_index_of_string_int", INT, STRING, INT),
                    newMemberOverload("list_a_index_of_int", INT, ListType.create(ANY), ANY)),
            member("lastIndexOf", overload("string_last_index_of_string", INT, STRING),
                    overload("string_last_index_of_string_int", INT, STRING, INT),
                    newMemberOverload("list_a_last_index_of_int", INT, ListType.create(ANY), ANY)),
            member("charAt", overload("string_char_at_int", STRING, INT)),
            member("join", newMemberOverload("list_join", STRING, STRINGS),
                    newMemberOverload("list_join_string", STRING, STRINGS, STRING)),
            member("find", overload("string_find_string", STRING, STRING)),
            member("findAll", overload("string_find_all_string", STRINGS, STRING),
                    overload("string_find_all_string_int", STRINGS, STRING, INT)),
            member("isSorted", each(COMPARABLE, "list_%s_is_sorted_bool", type -> BOOL)),
            member("sum", each(SUMMABLE, "list_%1$s_sum_%1$s", type -> type)),
            member("min", each(COMPARABLE, "list_%1$s_min_%1$s", type -> type)),
            member("max", each(COMPARABLE, "list_%1$s_max_%1$s", type -> type)));

    private static final CelOptionalLibrary OPTIONALS = CelExtensions.optional();

    private static final Map<String, String> MACRO_USAGE = Map.of(
            "has", "has(args.field)",
            "all", "list.all(x, condition)",
            "exists", "list.exists(x, condition)",
            "exists_one", "list.exists_one(x, condition)",
            "existsOne", "list.existsOne(x, condition)",
            "map", "list.map(x, value)",
            "filter", "list.filter(x, condition)",
            "optMap", "optional.optMap(x, value)",
            "optFlatMap", "optional.optFlatMap(x, optional)");

    private CelFunctionDeclarations() {}

    /** The ids of all overloads beyond CEL's standard ones, those of optionals among them. */
    public static SortedSet<String> overloadIds() {
        return Stream.concat(FUNCTIONS.stream(), OPTIONALS.functions().stream())
                .flatMap(function -> function.overloads().stream())
                .map(CelOverloadDecl::overloadId)
                .collect(Collectors.collectingAndThen(
                        Collectors.toCollection(TreeSet::new), Collections::unmodifiableSortedSet));
    }

    static List<CelFunctionDecl> functions() {
        return FUNCTIONS;
    }

    static CelOptionalLibrary optionals() {
        return OPTIONALS;
    }

    /** How a macro is called; null for what is no macro. */
    static @Nullable String usage(String macro) {
        return MACRO_USAGE.get(macro);
    }

    private static Set<String> macros() {
        return Stream.concat(
                CelStandardMacro.STANDARD_MACROS.stream().map(CelStandardMacro::getFunction),
                OPTIONALS.macros().stream().map(CelMacro::getFunction)).collect(Collectors.toSet());
    }

    /** Every name that can stand before a parenthesis. */
    static Set<String> names() {
        Set<String> names = new TreeSet<>(macros());
        Stream.of(StandardFunction.values()).map(StandardFunction::functionName).forEach(names::add);
        Stream.concat(FUNCTIONS.stream(), OPTIONALS.functions().stream())
                .map(CelFunctionDecl::name)
                .forEach(names::add);
        names.removeIf(name -> !Character.isLetter(name.charAt(0)));
        return names;
    }

    private static CelOverloadDecl[] each(List<CelType> types, String id, UnaryOperator<CelType> result) {
        return types.stream()
                .map(type -> newMemberOverload(
                        id.formatted(type.kind().name().toLowerCase(Locale.ROOT)), result.apply(type),
                        ListType.create(type)))
                .toArray(CelOverloadDecl[]::new);
    }

    private static CelFunctionDecl member(String name, CelOverloadDecl... overloads) {
        return newFunctionDeclaration(name, overloads);
    }

    private static CelOverloadDecl overload(String id, CelType result, CelType... arguments) {
        return newMemberOverload(
                id, result, Stream.concat(Stream.of(STRING), Stream.of(arguments)).toList());
    }
}
