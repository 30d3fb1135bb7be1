using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Tables;

/// <summary>A column of a Table; priority 1 is shown with <c>-o wide</c> only.</summary>
internal sealed record TableColumn(string Name, int Priority = 0, string Type = "string", string Format = "", string Description = "")
{
    internal JsonObject ToJson() => new()
    {
        ["name"] = Name,
        ["type"] = Type,
        ["format"] = Format,
        ["description"] = Description,
        ["priority"] = Priority,
    };
}
