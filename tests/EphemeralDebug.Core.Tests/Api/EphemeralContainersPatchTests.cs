using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using Xunit;

namespace EphemeralDebug.Core.Tests.Api;

public sealed class EphemeralContainersPatchTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static JsonObject Patch => JsonNode.Parse("""{"spec":{"ephemeralContainers":[{"name":"d","image":"busybox","futureField":1}]}}""")!.AsObject();

    private static async Task<DebugException> Refused(HttpResponseMessage answer) =>
        await Assert.ThrowsAsync<DebugException>(() => new KubernetesApi(new FakeTransport((_, _) => answer)).PatchEphemeralContainersAsync("cap", "web", Patch, cancellationToken: Token));

    [Fact]
    public async Task Sends_a_strategic_merge_patch_and_gives_the_pod_back()
    {
        var transport = new FakeTransport((_, _) => FakeTransport.Bytes(Data.Bytes("pod-after-several-ephemerals.json")));
        var pod = await new KubernetesApi(transport).PatchEphemeralContainersAsync("cap", "web", Patch, cancellationToken: Token);
        Assert.Equal("web", (string?)pod["metadata"]!["name"]);
        Assert.Equal(["PATCH api/v1/namespaces/cap/pods/web/ephemeralcontainers?fieldManager=EphemeralDebug&fieldValidation=Warn"], transport.Requests);
        Assert.Equal(["application/strategic-merge-patch+json"], transport.ContentTypes);
        Assert.True(JsonNode.DeepEquals(Patch, JsonNode.Parse(Assert.Single(transport.Bodies))));
    }

    [Fact]
    public async Task A_dry_run_says_so_to_the_server()
    {
        var transport = new FakeTransport((_, _) => FakeTransport.Json("{}"));
        await new KubernetesApi(transport).PatchEphemeralContainersAsync("cap", "web", Patch, dryRun: true, cancellationToken: Token);
        Assert.EndsWith("&dryRun=All", Assert.Single(transport.Requests));
    }

    [Fact]
    public async Task Warnings_of_the_server_are_handed_on()
    {
        var answer = FakeTransport.Json("{}");
        answer.Headers.TryAddWithoutValidation("Warning", """299 - "unknown field \"spec.ephemeralContainers[0].bogusField\"", 299 - "second, with a comma" """);
        answer.Headers.TryAddWithoutValidation("Warning", "299 kube \"third\"");
        answer.Headers.TryAddWithoutValidation("Warning", "nonsense");
        var warnings = new List<string>();
        await new KubernetesApi(new FakeTransport((_, _) => answer)).PatchEphemeralContainersAsync("cap", "web", Patch, onWarning: warnings.Add, cancellationToken: Token);
        Assert.Equal(["unknown field \"spec.ephemeralContainers[0].bogusField\"", "second, with a comma", "third"], warnings);
    }

    [Theory]
    [InlineData("error-422-duplicate-name-changed", "ContainerNameTaken", "existing ephemeral containers \"debugger-1\" may not be changed")]
    [InlineData("error-422-remove-existing", "ContainerNameTaken", "may not be removed")]
    [InlineData("error-422-name-of-regular-container", "ContainerNameTaken", "Duplicate value: \"app\"")]
    [InlineData("error-422-static-pod", "StaticPod", "static pods do not support ephemeral containers")]
    [InlineData("error-422-bad-target-container", "TargetNotFound", "Not found: \"nosuch\"")]
    [InlineData("error-field-ports", "ServerSaid", "ports: Forbidden: cannot be set for an Ephemeral Container")]
    [InlineData("error-404-patch-pod-not-found", "ServerSaid", "pods \"nosuch\" not found")]
    [InlineData("error-404-patch-namespace-missing", "ServerSaid", "pods \"web\" not found")]
    public async Task Each_refusal_of_the_genuine_server_has_its_own_name_and_keeps_its_words(string file, string errorId, string words)
    {
        var failure = await Refused(FakeTransport.Recorded(file + ".json"));
        Assert.Equal(errorId, failure.ErrorId);
        Assert.Contains(words, failure.Message);
        Assert.DoesNotContain("@@", errorId == "ServerSaid" ? "" : failure.Message);
        Assert.NotNull(failure.StatusCode);
    }

    [Fact]
    public async Task A_server_without_the_feature_is_told_by_a_404_that_names_nothing()
    {
        Assert.Equal("EphemeralContainersUnsupported", (await Refused(FakeTransport.Status(404, "NotFound", "the server could not find the requested resource", ",\"details\":{}"))).ErrorId);
        Assert.Equal("EphemeralContainersUnsupported", (await Refused(FakeTransport.Json("404 page not found", System.Net.HttpStatusCode.NotFound))).ErrorId);
    }

    [Fact]
    public async Task A_broken_answer_is_a_failure_with_a_name() => Assert.Equal("ResponseMalformed", (await Refused(FakeTransport.Json("<html>"))).ErrorId);

    [Theory]
    [InlineData("cap", "web/../other", "InvalidPodName")]
    [InlineData("cap", "", "InvalidPodName")]
    [InlineData("a/b", "web", "InvalidNamespaceName")]
    public async Task Names_that_cannot_be_never_reach_the_server(string ns, string pod, string errorId)
    {
        var transport = new FakeTransport((_, _) => FakeTransport.Json("{}"));
        var failure = await Assert.ThrowsAsync<DebugException>(() => new KubernetesApi(transport).PatchEphemeralContainersAsync(ns, pod, Patch, cancellationToken: Token));
        Assert.Equal(errorId, failure.ErrorId);
        Assert.Empty(transport.Requests);
    }
}
