/**
 * The schemas of what Flight SQL's metadata commands answer, as the protocol prescribes them.
 * @module
 */
import type { ArrowField, ArrowSchema } from "../arrow/field.ts";
import { field } from "../arrow/field.ts";

function required(name: string, format: string, children: readonly ArrowField[] = []): ArrowField {
  return { name, format, nullable: false, children };
}

/** Answer to GetCatalogs. */
export const CATALOGS_SCHEMA: ArrowSchema = { fields: [required("catalog_name", "u")] };

/** Answer to GetDbSchemas. */
export const DB_SCHEMAS_SCHEMA: ArrowSchema = {
  fields: [field("catalog_name", "u"), required("db_schema_name", "u")],
};

/** Answer to GetTables without the schemas of the tables. */
export const TABLES_SCHEMA: ArrowSchema = {
  fields: [
    field("catalog_name", "u"),
    field("db_schema_name", "u"),
    required("table_name", "u"),
    required("table_type", "u"),
  ],
};

/** Answer to GetTables with them. */
export const TABLES_WITH_SCHEMA_SCHEMA: ArrowSchema = {
  fields: [...TABLES_SCHEMA.fields, required("table_schema", "z")],
};

/** Answer to GetTableTypes. */
export const TABLE_TYPES_SCHEMA: ArrowSchema = { fields: [required("table_type", "u")] };

/** Answer to GetPrimaryKeys. */
export const PRIMARY_KEYS_SCHEMA: ArrowSchema = {
  fields: [
    field("catalog_name", "u"),
    field("db_schema_name", "u"),
    required("table_name", "u"),
    required("column_name", "u"),
    required("key_sequence", "i"),
    field("key_name", "u"),
  ],
};

/** Answer to GetExportedKeys, GetImportedKeys and GetCrossReference. */
export const FOREIGN_KEYS_SCHEMA: ArrowSchema = {
  fields: [
    field("pk_catalog_name", "u"),
    field("pk_db_schema_name", "u"),
    required("pk_table_name", "u"),
    required("pk_column_name", "u"),
    field("fk_catalog_name", "u"),
    field("fk_db_schema_name", "u"),
    required("fk_table_name", "u"),
    required("fk_column_name", "u"),
    required("key_sequence", "i"),
    field("fk_key_name", "u"),
    field("pk_key_name", "u"),
    required("update_rule", "C"),
    required("delete_rule", "C"),
  ],
};

/** Members of the union that holds a value of SqlInfo, in the order of their type ids. */
export const SQL_INFO_MEMBERS: readonly ArrowField[] = [
  required("string_value", "u"),
  required("bool_value", "b"),
  required("bigint_value", "l"),
  required("int32_bitmask", "i"),
  required("string_list", "+l", [field("item", "u")]),
  required("int32_to_int32_list_map", "+m", [
    required("entries", "+s", [
      required("key", "i"),
      field("value", "+l", [field("item", "i")]),
    ]),
  ]),
];

/** Answer to GetSqlInfo. */
export const SQL_INFO_SCHEMA: ArrowSchema = {
  fields: [
    required("info_name", "I"),
    required("value", "+ud:0,1,2,3,4,5", SQL_INFO_MEMBERS),
  ],
};

/** Answer to GetXdbcTypeInfo. */
export const TYPE_INFO_SCHEMA: ArrowSchema = {
  fields: [
    required("type_name", "u"),
    required("data_type", "i"),
    field("column_size", "i"),
    field("literal_prefix", "u"),
    field("literal_suffix", "u"),
    field("create_params", "+l", [required("item", "u")]),
    required("nullable", "i"),
    required("case_sensitive", "b"),
    required("searchable", "i"),
    field("unsigned_attribute", "b"),
    required("fixed_prec_scale", "b"),
    field("auto_increment", "b"),
    field("local_type_name", "u"),
    field("minimum_scale", "i"),
    field("maximum_scale", "i"),
    required("sql_data_type", "i"),
    field("datetime_subcode", "i"),
    field("num_prec_radix", "i"),
    field("interval_precision", "i"),
  ],
};
