using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>Who a request is from, after authentication and impersonation.</summary>
internal sealed record UserInfo(string Name, IReadOnlyList<string> Groups, string? Uid = null, IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra = null)
{
    internal static readonly UserInfo Anonymous = new("system:anonymous", ["system:unauthenticated"]);

    internal bool IsMaster => Groups.Contains("system:masters");

    /// <summary>The userInfo of a SelfSubjectReview.</summary>
    internal JsonObject ToJson()
    {
        JsonObject user = new() { ["username"] = Name };
        if (Uid is not null) user["uid"] = Uid;
        user["groups"] = new JsonArray([.. Groups.Select(group => (JsonNode)group)]);
        if (Extra is { Count: > 0 })
        {
            JsonObject extra = [];
            foreach ((string key, IReadOnlyList<string> values) in Extra) extra[key] = new JsonArray([.. values.Select(value => (JsonNode)value)]);
            user["extra"] = extra;
        }
        return user;
    }
}
