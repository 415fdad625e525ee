package dev.chaperone.policy.cel;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.common.types.StructTypeReference;
import dev.chaperone.policy.schema.ValueType;
import dev.chaperone.policy.schema.ValueType.ListOf;
import dev.chaperone.policy.schema.ValueType.MapOf;
import dev.chaperone.policy.schema.ValueType.OptionalOf;
import dev.chaperone.policy.schema.ValueType.Scalar;
import dev.chaperone.policy.schema.ValueType.Struct;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The types of one scope in both languages. Objects of the same structure are one CEL type. No expression can spell the
 * name of such a type, so none can make an object, nor hide a field behind a type's name; and since the checker asks
 * only this table, it knows no protobuf message either.
 */
@SuppressWarnings("Immutable")
final class TypeTable implements CelTypeProvider {
    static final String STRUCT_PREFIX = "object#";

    private final Map<Struct, String> names = new HashMap<>();
    private final Map<String, Struct> structs = new HashMap<>();
    private final Map<String, StructType> types = new LinkedHashMap<>();

    CelType celType(ValueType type) {
        return switch (type) {
            case Scalar scalar -> celType(scalar);
            case ListOf(var element) -> ListType.create(celType(element));
            case MapOf(var key, var value) -> MapType.create(celType(key), celType(value));
            case OptionalOf(var value) -> OptionalType.create(celType(value));
            case Struct struct -> StructTypeReference.create(declare(struct));
        };
    }

    ValueType valueType(CelType type) {
        return switch (type) {
            case ListType list -> new ListOf(valueType(list.elemType()));
            case MapType map -> new MapOf(valueType(map.keyType()), valueType(map.valueType()));
            case OptionalType optional -> new OptionalOf(valueType(optional.parameters().getFirst()));
            default -> {
                Struct struct = structs.get(type.name());
                yield struct == null ? scalar(type) : struct;
            }
        };
    }

    @Override
    public ImmutableCollection<CelType> types() {
        return ImmutableList.copyOf(types.values());
    }

    @Override
    public Optional<CelType> findType(String name) {
        return Optional.ofNullable(types.get(name));
    }

    private String declare(Struct struct) {
        String known = names.get(struct);
        if (known != null) {
            return known;
        }
        String name = STRUCT_PREFIX + names.size();
        names.put(struct, name);
        structs.put(name, struct);
        Map<String, CelType> fields = new HashMap<>();
        struct.fields().forEach((field, type) -> fields.put(field, celType(type)));
        types.put(name, StructType.create(
                name, ImmutableSet.copyOf(fields.keySet()), field -> Optional.ofNullable(fields.get(field))));
        return name;
    }

    private static CelType celType(Scalar scalar) {
        return switch (scalar) {
            case DYN -> SimpleType.DYN;
            case BOOL -> SimpleType.BOOL;
            case INT -> SimpleType.INT;
            case UINT -> SimpleType.UINT;
            case DOUBLE -> SimpleType.DOUBLE;
            case STRING -> SimpleType.STRING;
            case BYTES -> SimpleType.BYTES;
            case NULL -> SimpleType.NULL_TYPE;
            case TIMESTAMP -> SimpleType.TIMESTAMP;
            case DURATION -> SimpleType.DURATION;
        };
    }

    private static Scalar scalar(CelType type) {
        return switch (type.kind()) {
            case BOOL -> Scalar.BOOL;
            case INT -> Scalar.INT;
            case UINT -> Scalar.UINT;
            case DOUBLE -> Scalar.DOUBLE;
            case STRING -> Scalar.STRING;
            case BYTES -> Scalar.BYTES;
            case NULL_TYPE -> Scalar.NULL;
            case TIMESTAMP -> Scalar.TIMESTAMP;
            case DURATION -> Scalar.DURATION;
            default -> Scalar.DYN;
        };
    }
}
