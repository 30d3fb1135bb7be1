using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>Creating, changing and deleting pods.</summary>
public sealed class PodLifeTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private const string Pods = "/api/v1/namespaces/cap/pods";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_pod_gets_its_defaults_and_its_owner()
    {
        JsonObject pod = await SendAsync(HttpMethod.Post, $"{Pods}?fieldManager=me", """{"metadata":{"generateName":"new-"},"spec":{"containers":[{"name":"a","image":"nginx:1.27","ports":[{"containerPort":80}]}]}}""", HttpStatusCode.Created);
        Assert.Matches("^new-[bcdfghjklmnpqrstvwxz2456789]{5}$", (string)pod["metadata"]!["name"]!);
        Assert.Equal(1, (int)pod["metadata"]!["generation"]!);
        JsonNode spec = pod["spec"]!, container = spec["containers"]![0]!;
        Assert.Equal("IfNotPresent", (string?)container["imagePullPolicy"]);
        Assert.Equal("TCP", (string?)container["ports"]![0]!["protocol"]);
        Assert.Equal("/var/run/secrets/kubernetes.io/serviceaccount", (string?)container["volumeMounts"]![0]!["mountPath"]);
        Assert.Equal((string?)spec["volumes"]![0]!["name"], (string?)container["volumeMounts"]![0]!["name"]);
        Assert.Equal(["Always", "ClusterFirst", "default", "default-scheduler"], new[] { "restartPolicy", "dnsPolicy", "serviceAccountName", "schedulerName" }.Select(name => (string)spec[name]!));
        Assert.Equal(2, spec["tolerations"]!.AsArray().Count);
        Assert.Equal(("Pending", "BestEffort"), ((string)pod["status"]!["phase"]!, (string)pod["status"]!["qosClass"]!));
        JsonNode owner = pod["metadata"]!["managedFields"]![0]!;
        Assert.Equal("me", (string?)owner["manager"]);
        Assert.NotNull(owner["fieldsV1"]!["f:spec"]!["f:containers"]!["k:{\"name\":\"a\"}"]!["f:ports"]!["k:{\"containerPort\":80,\"protocol\":\"TCP\"}"]!["."]);
        // The service account's volume is not the client's doing.
        Assert.Null(owner["fieldsV1"]!["f:spec"]!["f:volumes"]);
    }

    [Fact]
    public async Task What_the_genuine_server_owns_for_a_new_pod_is_what_the_sandbox_writes()
    {
        JsonObject recorded = Transcript.Load("pod-before-any-ephemeral").Answer;
        using HttpRequestMessage request = Message(HttpMethod.Post, $"{Pods}", """{"metadata":{"name":"owned","labels":{"app":"web"}},"spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"app","image":"nginx:alpine","imagePullPolicy":"IfNotPresent"}]}}""");
        request.Headers.UserAgent.ParseAdd("capture/1.0");
        using HttpResponseMessage response = await fixture.Client().SendAsync(request, Token);
        JsonNode created = JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!;
        JsonComparison.AssertSame(recorded["metadata"]!["managedFields"]![0], created["metadata"]!["managedFields"]![0]);
    }

    [Fact]
    public async Task A_dry_run_creates_nothing()
    {
        await SendAsync(HttpMethod.Post, $"{Pods}?dryRun=All", Simple("ghost"), HttpStatusCode.Created);
        await SendAsync(HttpMethod.Get, $"{Pods}/ghost", null, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"Bad_Name"},"spec":{"containers":[{"name":"a","image":"b"}]}}""", "metadata.name: Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must")]
    [InlineData("""{"metadata":{"name":"x"},"spec":{"containers":[]}}""", "spec.containers: Required value")]
    [InlineData("""{"metadata":{"name":"x"},"spec":{"restartPolicy":"Now","containers":[{"name":"a","image":"b"}]}}""", "spec.restartPolicy: Unsupported value: \"Now\": supported values: \"Always\", \"OnFailure\", \"Never\"")]
    [InlineData("""{"metadata":{"name":"x"},"spec":{"containers":[{"name":"a","image":"b","env":[{"name":""}]}]}}""", "spec.containers[0].env[0].name: Required value")]
    public async Task A_pod_that_breaks_the_rules_is_422(string body, string message) =>
        Assert.Contains(message, (string?)(await SendAsync(HttpMethod.Post, Pods, body, HttpStatusCode.UnprocessableEntity))["message"], StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"metadata":{"name":"x","namespace":"other"},"spec":{}}""", "the namespace of the provided object does not match the namespace sent on the request")]
    [InlineData("""{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"x"}}""", "the API version in the data (apps/v1) does not match the expected API version (v1)")]
    public async Task A_pod_in_the_wrong_place_is_400(string body, string message) =>
        Assert.Equal(message, (string?)(await SendAsync(HttpMethod.Post, Pods, body, HttpStatusCode.BadRequest))["message"]);

    [Fact]
    public async Task A_pod_with_values_of_the_wrong_type_is_400_not_500() =>
        await SendAsync(HttpMethod.Post, Pods, """{"metadata":{"name":"x","labels":7},"spec":{"containers":[{"name":["a"],"image":{"b":1}}]}}""", HttpStatusCode.UnprocessableEntity);

    [Fact]
    public async Task A_bound_pod_leaves_in_its_time_and_an_unbound_one_at_once()
    {
        Store("bound", node: "n1");
        JsonObject leaving = await SendAsync(HttpMethod.Delete, $"{Pods}/bound", """{"gracePeriodSeconds":7}""", HttpStatusCode.OK);
        Assert.Equal(7, (int)leaving["metadata"]!["deletionGracePeriodSeconds"]!);
        Assert.NotNull(leaving["metadata"]!["deletionTimestamp"]);
        Store("unbound", node: null);
        await SendAsync(HttpMethod.Delete, $"{Pods}/unbound", null, HttpStatusCode.OK);
        await SendAsync(HttpMethod.Get, $"{Pods}/unbound", null, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Preconditions_and_dry_run_of_a_delete_hold()
    {
        Store("precious", node: "n1");
        JsonObject wrongUid = await SendAsync(HttpMethod.Delete, $"{Pods}/precious", """{"preconditions":{"uid":"other"}}""", HttpStatusCode.Conflict);
        Assert.Contains("the UID in the precondition (other) does not match the UID in record (", (string?)wrongUid["message"], StringComparison.Ordinal);
        await SendAsync(HttpMethod.Delete, $"{Pods}/precious", """{"preconditions":{"resourceVersion":"1"}}""", HttpStatusCode.Conflict);
        await SendAsync(HttpMethod.Delete, $"{Pods}/precious?dryRun=All", null, HttpStatusCode.OK);
        JsonObject there = await SendAsync(HttpMethod.Get, $"{Pods}/precious", null, HttpStatusCode.OK);
        Assert.Null(there["metadata"]!["deletionTimestamp"]);
    }

    [Fact]
    public async Task Two_who_add_a_container_at_once_both_succeed()
    {
        Store("shared", node: "n1");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => SendAsync(HttpMethod.Patch, $"{Pods}/shared/ephemeralcontainers",
            $$$"""{"spec":{"ephemeralContainers":[{"name":"d{{{i}}}","image":"busybox"}]}}""", HttpStatusCode.OK, "application/strategic-merge-patch+json")));
        JsonObject pod = await SendAsync(HttpMethod.Get, $"{Pods}/shared", null, HttpStatusCode.OK);
        Assert.Equal(20, pod["spec"]!["ephemeralContainers"]!.AsArray().Count);
        Assert.Equal(21, (int)pod["metadata"]!["generation"]!);
    }

    [Fact]
    public async Task Labels_and_images_change_through_the_pod_itself()
    {
        Store("plain", node: "n1");
        JsonObject changed = await SendAsync(HttpMethod.Patch, $"{Pods}/plain", """{"metadata":{"labels":{"quarantine":"yes","app":null}},"spec":{"containers":[{"name":"a","image":"busybox:2"}]}}""",
            HttpStatusCode.OK, "application/strategic-merge-patch+json");
        Assert.Equal("{\"quarantine\":\"yes\"}", changed["metadata"]!["labels"]!.ToJsonString());
        Assert.Equal("busybox:2", (string?)changed["spec"]!["containers"]![0]!["image"]);
    }

    [Theory]
    [InlineData("capabilities", """{"capabilities":{"add":["SYS_PTRACE"]}}""", "baseline", "non-default capabilities (container \"dbg\" must not include \"SYS_PTRACE\" in securityContext.capabilities.add)")]
    [InlineData("privileged", """{"privileged":true}""", "baseline", "privileged (container \"dbg\" must not set securityContext.privileged=true)")]
    [InlineData("legacy", "null", "restricted", "allowPrivilegeEscalation != false (container \"dbg\" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities "
        + "(container \"dbg\" must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or container \"dbg\" must set securityContext.runAsNonRoot=true), seccompProfile "
        + "(pod or container \"dbg\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")")]
    [InlineData("root", """{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"runAsNonRoot":true,"runAsUser":0,"seccompProfile":{"type":"RuntimeDefault"}}""", "restricted",
        "runAsUser=0 (container \"dbg\" must not set runAsUser=0)")]
    public async Task Pod_security_says_what_keeps_a_container_out(string name, string security, string level, string message)
    {
        string ns = $"psa-{level}";
        fixture.Sandbox.Store.Create(ResourceType.Namespaces, FoundingWorld.Namespace(ns, ("pod-security.kubernetes.io/enforce", level)));
        JsonObject pod = (JsonObject)JsonNode.Parse($$$"""
            {"metadata":{"name":"{{{name}}}","namespace":"{{{ns}}}"},"spec":{"nodeName":"n1","containers":[{"name":"web","image":"w","securityContext":
            {"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"} } }]}}
            """)!;
        fixture.Sandbox.Store.Create(ResourceType.Pods, pod);
        JsonObject status = await SendAsync(HttpMethod.Patch, $"/api/v1/namespaces/{ns}/pods/{name}/ephemeralcontainers",
            $$$$"""{"spec":{"ephemeralContainers":[{"name":"dbg","image":"t:1","securityContext":{{{{security}}}}}]}}""", HttpStatusCode.Forbidden, "application/strategic-merge-patch+json");
        Assert.Equal($"pods \"{name}\" is forbidden: violates PodSecurity \"{level}:latest\": {message}", (string?)status["message"]);
    }

    private void Store(string name, string? node)
    {
        JsonObject pod = (JsonObject)JsonNode.Parse($$$"""{"metadata":{"name":"{{{name}}}","namespace":"cap","uid":"u-{{{name}}}","generation":1,"labels":{"app":"x"}},"spec":{"containers":[{"name":"a","image":"busybox"}]},"status":{"phase":"Running"}}""")!;
        if (node is not null) pod["spec"]!["nodeName"] = node;
        TranscriptWorld.Put(fixture.Sandbox.Store, ResourceType.Pods, pod);
    }

    private static string Simple(string name) => $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"containers":[{"name":"a","image":"busybox"}]}}""";

    private static HttpRequestMessage Message(HttpMethod method, string path, string? body, string type = "application/json") =>
        new(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, type) };

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, string? body, HttpStatusCode status, string type = "application/json")
    {
        using HttpRequestMessage request = Message(method, path, body, type);
        using HttpResponseMessage response = await fixture.Client().SendAsync(request, Token);
        string text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode}: {text}");
        return (JsonObject)JsonNode.Parse(text)!;
    }
}
