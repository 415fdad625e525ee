package dev.chaperone.policy.cel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CelFunctionDeclarationsTest {
    // The guardrail implements these and no others: a name here is part of the contract with it.
    @Test
    void declaresWhatTheGuardrailImplements() {
        assertThat(CelFunctionDeclarations.overloadIds()).containsExactly(
                "list_join",
                "list_join_string",
                "list_optindex_optional_int",
                "map_optindex_optional_value",
                "optional_hasValue",
                "optional_list_first",
                "optional_list_index_int",
                "optional_list_last",
                "optional_list_optindex_optional_int",
                "optional_map_index_value",
                "optional_map_optindex_optional_value",
                "optional_none",
                "optional_of",
                "optional_ofNonZeroValue",
                "optional_orValue_value",
                "optional_or_optional",
                "optional_unwrap_list",
                "optional_value",
                "select_optional_field",
                "string_char_at_int",
                "string_clean_path",
                "string_index_of_string",
                "string_index_of_string_int",
                "string_is_within_string",
                "string_last_index_of_string",
                "string_last_index_of_string_int",
                "string_lower_ascii",
                "string_replace_string_string",
                "string_replace_string_string_int",
                "string_split_string",
                "string_split_string_int",
                "string_substring_int",
                "string_substring_int_int",
                "string_trim",
                "string_upper_ascii");
    }
}
