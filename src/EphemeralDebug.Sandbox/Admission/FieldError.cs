using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Http;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Admission;

/// <summary>One complaint about one field, as k8s.io/apimachinery/pkg/util/validation/field words it.</summary>
internal sealed record FieldError(string Reason, string Field, string Text)
{
    internal static FieldError Required(string field, string detail = "") => new("FieldValueRequired", field, detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    internal static FieldError Forbidden(string field, string detail) => new("FieldValueForbidden", field, $"Forbidden: {detail}");

    internal static FieldError Duplicate(string field, string value) => new("FieldValueDuplicate", field, $"Duplicate value: {Quote(value)}");

    internal static FieldError NotFound(string field, string value) => new("FieldValueNotFound", field, $"Not found: {Quote(value)}");

    internal static FieldError Invalid(string field, JsonNode? value, string detail) => new("FieldValueInvalid", field,
        $"Invalid value: {(value?.GetValueKind() == System.Text.Json.JsonValueKind.String ? Quote((string)value!) : value?.ToJsonString() ?? "null")}: {detail}");

    internal static FieldError NotSupported(string field, string value, params string[] supported) => new("FieldValueNotSupported", field,
        $"Unsupported value: {Quote(value)}: supported values: {string.Join(", ", supported.Select(Quote))}");

    /// <summary>Throws the 422 where there is any complaint.</summary>
    internal static void ThrowIfAny(IReadOnlyList<FieldError> errors, ResourceType type, string name)
    {
        if (errors.Count == 0) return;
        string kind = type.Group.Length == 0 ? type.Kind : $"{type.Kind}.{type.Group}";
        List<string> lines = [.. errors.Select(error => $"{error.Field}: {error.Text}").Distinct(StringComparer.Ordinal)];
        JsonObject details = new() { ["name"] = name };
        if (type.Group.Length > 0) details["group"] = type.Group;
        details["kind"] = type.Kind;
        details["causes"] = new JsonArray([.. errors.Select(error =>
            (JsonNode)new JsonObject { ["reason"] = error.Reason, ["message"] = error.Text, ["field"] = error.Field })]);
        throw new StatusException(422, "Invalid", $"{kind} \"{name}\" is invalid: {(lines.Count == 1 ? lines[0] : $"[{string.Join(", ", lines)}]")}", details);
    }

    private static string Quote(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";
}
