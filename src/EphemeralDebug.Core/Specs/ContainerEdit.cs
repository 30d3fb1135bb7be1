using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>The changes to a container that all debug containers have in common.</summary>
internal static class ContainerEdit
{
    /// <summary>Sets the command, or the arguments of the image's entry point; no words leave both as they are.</summary>
    internal static void SetCommand(JsonObject container, string[] words, bool argumentsOnly)
    {
        if (words.Length == 0)
            return;
        if (argumentsOnly)
        {
            container["args"] = words.ToJsonArray();
            return;
        }
        container["command"] = words.ToJsonArray();
        container.Remove("args");
    }

    /// <summary>The variables that are there, with others set: each in its place, or at the end.</summary>
    internal static JsonArray Environment(IEnumerable<JsonObject> existing, IEnumerable<EnvironmentVariable> added)
    {
        JsonArray variables = new(existing.Select(variable => variable.DeepClone()).ToArray());
        foreach (EnvironmentVariable variable in added)
        {
            JsonObject entry = new() { ["name"] = variable.Name };
            if (!string.IsNullOrEmpty(variable.Value))
                entry["value"] = variable.Value;
            CopiedSettings.Set(variables, entry);
        }
        return variables;
    }

    /// <summary>Sets a flag, or takes it away.</summary>
    internal static void SetFlag(JsonObject container, string name, bool value)
    {
        if (value)
            container[name] = true;
        else
            container.Remove(name);
    }
}
