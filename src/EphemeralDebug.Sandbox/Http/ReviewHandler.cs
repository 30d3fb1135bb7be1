using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Admission;
using EphemeralDebug.Sandbox.Patching;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>"Who am I" and "may I": selfsubjectreviews, selfsubjectaccessreviews, selfsubjectrulesreviews. Nothing is stored.</summary>
internal sealed class ReviewHandler(Authorizer authorizer, TimeProvider clock)
{
    private const string Authorization = "authorization.k8s.io/v1";
    private const string Authentication = "authentication.k8s.io/v1";

    internal Task HandleAsync(ApiRequest request)
    {
        if (request.Info.Verb != "create") throw StatusException.MethodNotAllowed();
        JsonObject sent = request.ReadObject() ?? throw StatusException.BadRequest("EOF");
        JsonObject answer = (request.Info.Group, request.Info.Resource) switch
        {
            ("authentication.k8s.io", "selfsubjectreviews") => WhoAmI(request),
            ("authorization.k8s.io", "selfsubjectaccessreviews") => MayI(request, sent),
            ("authorization.k8s.io", "selfsubjectrulesreviews") => WhatMayI(request, sent),
            _ => throw StatusException.NoSuchResource(),
        };
        return Answer.JsonAsync(request.Context, 201, answer);
    }

    private JsonObject WhoAmI(ApiRequest request) => new()
    {
        ["kind"] = "SelfSubjectReview",
        ["apiVersion"] = Authentication,
        ["metadata"] = new JsonObject { ["creationTimestamp"] = KubernetesJson.Time(clock.GetUtcNow()) },
        ["status"] = new JsonObject { ["userInfo"] = request.User.ToJson() },
    };

    private JsonObject MayI(ApiRequest request, JsonObject sent)
    {
        JsonNode? resource = sent.At("spec", "resourceAttributes"), path = sent.At("spec", "nonResourceAttributes");
        if (resource is null == path is null)
            throw new StatusException(422, "Invalid", "SelfSubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.resourceAttributes: Invalid value: null: "
                + "exactly one of nonResourceAttributes or resourceAttributes must be specified");
        (bool allowed, string reason) = resource is not null
            ? authorizer.Resource(request.User, resource.Text("verb") ?? "", resource.Text("group") ?? "", resource.Text("resource") ?? "",
                resource.Text("subresource") is { Length: > 0 } sub ? sub : null, resource.Text("namespace"), resource.Text("name"))
            : authorizer.Path(request.User, path.Text("verb") ?? "", path.Text("path") ?? "");
        JsonObject spec = sent["spec"]?.DeepClone() as JsonObject ?? [];
        JsonObject fields = ManagedFields.Changes(new JsonObject { ["spec"] = new JsonObject() }, new JsonObject { ["spec"] = spec.DeepClone() },
            Schema.Map with { Fields = new Dictionary<string, Schema> { ["spec"] = Schema.Map with { Fields = new Dictionary<string, Schema> { ["resourceAttributes"] = Schema.Map, ["nonResourceAttributes"] = Schema.Map } } } });
        JsonObject status = new() { ["allowed"] = allowed };
        if (reason.Length > 0) status["reason"] = reason;
        return new JsonObject
        {
            ["kind"] = "SelfSubjectAccessReview",
            ["apiVersion"] = Authorization,
            ["metadata"] = new JsonObject
            {
                ["managedFields"] = new JsonArray(new JsonObject
                {
                    ["manager"] = request.FieldManager, ["operation"] = "Update", ["apiVersion"] = Authorization,
                    ["time"] = KubernetesJson.Time(clock.GetUtcNow()), ["fieldsType"] = "FieldsV1", ["fieldsV1"] = fields,
                }),
            },
            ["spec"] = spec,
            ["status"] = status,
        };
    }

    private JsonObject WhatMayI(ApiRequest request, JsonObject sent)
    {
        string ns = sent.Text("spec", "namespace") ?? "";
        if (ns.Length == 0) throw StatusException.BadRequest("no namespace on request");
        JsonArray resources = [], paths = [];
        foreach (PolicyRule rule in authorizer.Rules(request.User, ns))
        {
            JsonObject one = new() { ["verbs"] = Strings(rule.Verbs) };
            if (rule.NonResourceUrls.Count > 0)
            {
                one["nonResourceURLs"] = Strings(rule.NonResourceUrls);
                paths.Add((JsonNode)one);
                continue;
            }
            one["apiGroups"] = Strings(rule.ApiGroups);
            one["resources"] = Strings(rule.Resources);
            if (rule.ResourceNames.Count > 0) one["resourceNames"] = Strings(rule.ResourceNames);
            resources.Add((JsonNode)one);
        }
        return new JsonObject
        {
            ["kind"] = "SelfSubjectRulesReview",
            ["apiVersion"] = Authorization,
            ["metadata"] = new JsonObject(),
            ["spec"] = new JsonObject(),
            ["status"] = new JsonObject { ["resourceRules"] = resources, ["nonResourceRules"] = paths, ["incomplete"] = false },
        };
    }

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)value)]);
}
