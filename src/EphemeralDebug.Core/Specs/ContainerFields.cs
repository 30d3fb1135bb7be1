using System.Text.Json;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>
/// The fields of a container specification that a person hands in whole (<c>-Spec</c>) or in part (<c>-CustomProfile</c>): which an
/// ephemeral container may have, and of what type they are.
/// </summary>
internal static class ContainerFields
{
    private enum FieldType { Text, Flag, Map, TextList, MapList }

    private static readonly Dictionary<string, FieldType> s_allowed = new(StringComparer.Ordinal)
    {
        ["name"] = FieldType.Text,
        ["image"] = FieldType.Text,
        ["command"] = FieldType.TextList,
        ["args"] = FieldType.TextList,
        ["workingDir"] = FieldType.Text,
        ["envFrom"] = FieldType.MapList,
        ["env"] = FieldType.MapList,
        ["volumeMounts"] = FieldType.MapList,
        ["volumeDevices"] = FieldType.MapList,
        ["terminationMessagePath"] = FieldType.Text,
        ["terminationMessagePolicy"] = FieldType.Text,
        ["imagePullPolicy"] = FieldType.Text,
        ["securityContext"] = FieldType.Map,
        ["stdin"] = FieldType.Flag,
        ["stdinOnce"] = FieldType.Flag,
        ["tty"] = FieldType.Flag,
        ["targetContainerName"] = FieldType.Text,
    };

    // Fields of core/v1 Container that the server's allow-list for ephemeral containers leaves out.
    private static readonly Dictionary<string, FieldType> s_forbidden = new(StringComparer.Ordinal)
    {
        ["ports"] = FieldType.MapList,
        ["resources"] = FieldType.Map,
        ["livenessProbe"] = FieldType.Map,
        ["readinessProbe"] = FieldType.Map,
        ["startupProbe"] = FieldType.Map,
        ["lifecycle"] = FieldType.Map,
        ["restartPolicy"] = FieldType.Text,
        ["restartPolicyRules"] = FieldType.MapList,
        ["resizePolicy"] = FieldType.MapList,
    };

    // What a custom profile may not change, by kubectl's rule; the rest of it is judged like a specification.
    private static readonly string[] s_notCustom = ["name", "command", "image", "lifecycle", "volumeDevices"];

    private static readonly string[] s_pullPolicies = Enum.GetNames<ImagePullPolicy>();

    /// <summary>The one container of <paramref name="spec"/>, whether it stands alone or in the patch that would add it.</summary>
    internal static JsonObject Unwrap(JsonObject spec)
    {
        JsonObject holder = spec.Object("spec") ?? spec;
        if (holder["ephemeralContainers"] is not JsonArray list)
            return spec;
        return list is [JsonObject only]
            ? only
            : throw Failure.ContainerFieldInvalid("specification", [$"ephemeralContainers: must have one entry, and has {list.Count}"]);
    }

    /// <summary>Refuses a specification that the server would refuse, every field by its name at once.</summary>
    internal static void CheckSpec(JsonObject spec) => Check(spec, "specification", isEphemeral: true, unknownIsError: true);

    /// <summary>Refuses a custom profile that kubectl or the server would refuse. Unknown fields vanish, as they do with kubectl.</summary>
    internal static void CheckCustomProfile(JsonObject profile, bool isEphemeral)
    {
        string[] kept = s_notCustom.Where(name => IsSet(name, profile[name])).ToArray();
        if (kept.Length > 0)
            throw Failure.CustomProfileFieldNotModifiable(kept);
        Check(profile, "custom profile", isEphemeral, unknownIsError: false);
    }

    /// <summary>Whether a custom profile's field is one that kubectl decodes; <c>targetContainerName</c> is not a field of a Container.</summary>
    internal static bool IsCustomisable(string name) => name != "targetContainerName" && (s_allowed.ContainsKey(name) || s_forbidden.ContainsKey(name));

    private static void Check(JsonObject fields, string source, bool isEphemeral, bool unknownIsError)
    {
        List<string> forbidden = [], unknown = [], invalid = [];
        foreach ((string name, JsonNode? value) in fields)
        {
            if (isEphemeral && s_forbidden.ContainsKey(name))
            {
                if (IsSet(name, value))
                    forbidden.Add($"{name}: cannot be set for an Ephemeral Container");
            }
            else if (!s_allowed.TryGetValue(name, out FieldType type) && !s_forbidden.TryGetValue(name, out type))
            {
                if (unknownIsError)
                    unknown.Add(Unknown(name));
            }
            else if (value is not null && !HasType(value, type))
            {
                invalid.Add($"{name}: must be {Describe(type)}");
            }
        }

        int index = 0;
        foreach (JsonObject mount in isEphemeral ? fields.Objects("volumeMounts") : [])
        {
            forbidden.AddRange(new[] { "subPath", "subPathExpr" }.Where(name => IsSet(name, mount[name]))
                .Select(name => $"volumeMounts[{index}].{name}: cannot be set for an Ephemeral Container"));
            index++;
        }

        string[] problems = [.. forbidden, .. unknown, .. invalid];
        if (forbidden.Count > 0)
            throw Failure.ContainerFieldForbidden(source, problems);
        if (unknown.Count > 0)
            throw Failure.ContainerFieldUnknown(source, problems);
        if (invalid.Count > 0)
            throw Failure.ContainerFieldInvalid(source, problems);

        if (fields.String("imagePullPolicy") is { Length: > 0 } policy && !s_pullPolicies.Contains(policy))
            throw Failure.InvalidImagePullPolicy(policy);
        foreach (JsonObject variable in fields.Objects("env"))
            if (!NameRules.IsEnvironmentName(variable.String("name")))
                throw Failure.InvalidEnvironmentName(variable.String("name") ?? "");
    }

    // As the server's own test: a field that equals its zero value is not set; a pointer to an empty object is.
    private static bool IsSet(string name, JsonNode? value) => value switch
    {
        null => false,
        JsonArray list => list.Count > 0,
        JsonObject map => map.Count > 0 || name != "resources",
        _ => value.AsString() != "",
    };

    private static bool HasType(JsonNode value, FieldType type) => type switch
    {
        FieldType.Text => value.AsString() is not null,
        FieldType.Flag => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        FieldType.Map => value is JsonObject,
        FieldType.TextList => value is JsonArray list && list.All(item => item.AsString() is not null),
        _ => value is JsonArray list && list.All(item => item is JsonObject),
    };

    private static string Describe(FieldType type) => type switch
    {
        FieldType.Text => "a string",
        FieldType.Flag => "true or false",
        FieldType.Map => "an object",
        FieldType.TextList => "a list of strings",
        _ => "a list of objects",
    };

    private static string Unknown(string name)
    {
        string? near = s_allowed.Keys.Select(known => (known, distance: Distance(name, known)))
            .Where(candidate => candidate.distance <= 2 || IsAbbreviation(name, candidate.known))
            .OrderBy(candidate => candidate.distance).Select(candidate => candidate.known).FirstOrDefault();
        return $"{PlainText.Clean(name)}: not a field of a container" + (near is null ? "" : $" (did you mean '{near}'?)");
    }

    // cmd for command, workdir for workingDir, target for targetContainerName: the letters in their order, from the first one on.
    private static bool IsAbbreviation(string text, string of)
    {
        int at = 0;
        foreach (char letter in of)
            if (at < text.Length && char.ToLowerInvariant(letter) == char.ToLowerInvariant(text[at]))
                at++;
        return text.Length > 1 && at == text.Length && char.ToLowerInvariant(text[0]) == of[0];
    }

    // Levenshtein's distance, without regard to case.
    private static int Distance(string a, string b)
    {
        int[] row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(diagonal + cost, Math.Min(row[j], row[j - 1]) + 1));
            }
        }
        return row[^1];
    }
}
