package dev.chaperone.policy.cel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CelFunctionDeclarationsTest {
    // The guardrail implements these and no others: a name here is part of the contract with it.
    @Test
    void declaresWhatTheGuardrailImplements() {
        assertThat(CelFunctionDeclarations.overloadIds()).containsExactly(
                "list_a_index_of_int",
                "list_a_last_index_of_int",
                "list_bool_is_sorted_bool",
                "list_bool_max_bool",
                "list_bool_min_bool",
                "list_double_is_sorted_bool",
                "list_double_max_double",
                "list_double_min_double",
                "list_double_sum_double",
                "list_duration_is_sorted_bool",
                "list_duration_max_duration",
                "list_duration_min_duration",
                "list_int_is_sorted_bool",
                "list_int_max_int",
                "list_int_min_int",
                "list_int_sum_int",
                "list_join",
                "list_join_string",
                "list_optindex_optional_int",
                "list_string_is_sorted_bool",
                "list_string_max_string",
                "list_string_min_string",
                "list_timestamp_is_sorted_bool",
                "list_timestamp_max_timestamp",
                "list_timestamp_min_timestamp",
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
                "string_find_all_string",
                "string_find_all_string_int",
                "string_find_string",
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
