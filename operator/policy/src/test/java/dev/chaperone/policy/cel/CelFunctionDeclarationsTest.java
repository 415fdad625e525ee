package dev.chaperone.policy.cel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CelFunctionDeclarationsTest {
    // The guardrail implements these and no others: a name here is part of the contract with it.
    @Test
    void declaresWhatTheGuardrailImplements() {
        assertThat(CelFunctionDeclarations.overloadIds().stream().filter(id -> !id.contains("opt")))
                .containsExactly(
                        "list_first", "list_join", "list_join_string", "list_last", "string_char_at_int",
                        "string_clean_path", "string_index_of_string", "string_index_of_string_int",
                        "string_is_within_string", "string_last_index_of_string", "string_last_index_of_string_int",
                        "string_lower_ascii", "string_replace_string_string", "string_replace_string_string_int",
                        "string_split_string", "string_split_string_int", "string_substring_int",
                        "string_substring_int_int", "string_trim", "string_upper_ascii");
    }

    @Test
    void declaresOptionals() {
        assertThat(CelFunctionDeclarations.overloadIds())
                .contains(
                        "optional_of", "optional_none", "optional_value", "optional_hasValue",
                        "optional_or_optional", "optional_orValue_value", "select_optional_field",
                        "list_optindex_optional_int", "map_optindex_optional_value");
    }
}
