using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using Xunit;

namespace EphemeralDebug.Core.Tests.Api;

public sealed class ChangeRequestTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static JsonObject Pod => JsonNode.Parse("""{"metadata":{"name":"copy"},"spec":{"containers":[],"futureField":1}}""")!.AsObject();

    private static (KubernetesApi Api, FakeTransport Transport) Server(string answer = "{}")
    {
        FakeTransport transport = new((_, _) => FakeTransport.Json(answer));
        return (new KubernetesApi(transport), transport);
    }

    [Fact]
    public async Task A_pod_is_created_as_it_is_given_and_a_dry_run_says_so()
    {
        var (api, transport) = Server("""{"metadata":{"name":"copy","uid":"1"}}""");
        JsonObject made = await api.CreatePodAsync("shop", Pod, cancellationToken: Token);
        await api.CreatePodAsync("shop", Pod, dryRun: true, cancellationToken: Token);
        Assert.Equal("1", (string?)made["metadata"]!["uid"]);
        Assert.Equal(
        [
            "POST api/v1/namespaces/shop/pods?fieldManager=EphemeralDebug&fieldValidation=Warn",
            "POST api/v1/namespaces/shop/pods?fieldManager=EphemeralDebug&fieldValidation=Warn&dryRun=All",
        ], transport.Requests);
        Assert.True(JsonNode.DeepEquals(Pod, JsonNode.Parse(transport.Bodies[0])));
    }

    [Fact]
    public async Task A_delete_names_the_uid_the_grace_and_the_dry_run_in_its_body()
    {
        var (api, transport) = Server();
        await api.DeletePodAsync("shop", "web-0", "u-1", TimeSpan.Zero, dryRun: true, Token);
        await api.DeletePodAsync("shop", "web-0", uid: null, cancellationToken: Token);
        Assert.Equal(["DELETE api/v1/namespaces/shop/pods/web-0", "DELETE api/v1/namespaces/shop/pods/web-0"], transport.Requests);
        Assert.Equal(
        [
            """{"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"u-1"},"gracePeriodSeconds":0,"dryRun":["All"]}""",
            """{"kind":"DeleteOptions","apiVersion":"v1"}""",
        ], transport.Bodies);
    }

    [Fact]
    public async Task A_pod_of_another_uid_is_told_as_replaced_and_another_conflict_as_itself()
    {
        KubernetesApi replaced = new(new FakeTransport((_, _) => FakeTransport.Status(409, "Conflict",
            "Operation cannot be fulfilled on pods \\\"web-0\\\": the UID in the precondition (a) does not match the UID in record (b). The object might have been deleted and then recreated")));
        Assert.Equal("PodReplaced", (await Assert.ThrowsAsync<DebugException>(() => replaced.DeletePodAsync("shop", "web-0", "a", cancellationToken: Token))).ErrorId);
        Assert.Equal("PodReplaced", (await Assert.ThrowsAsync<DebugException>(() => replaced.EvictPodAsync("shop", "web-0", "a", cancellationToken: Token))).ErrorId);

        KubernetesApi raced = new(new FakeTransport((_, _) => FakeTransport.Status(409, "Conflict", "the object has been modified")));
        Assert.Equal("ServerSaid", (await Assert.ThrowsAsync<DebugException>(() => raced.DeletePodAsync("shop", "web-0", "a", cancellationToken: Token))).ErrorId);
    }

    [Fact]
    public async Task An_eviction_carries_the_options_of_the_delete()
    {
        var (api, transport) = Server();
        await api.EvictPodAsync("shop", "web-0", "u-1", cancellationToken: Token);
        Assert.StartsWith("POST api/v1/namespaces/shop/pods/web-0/eviction?", Assert.Single(transport.Requests));
        Assert.Equal("""{"kind":"Eviction","apiVersion":"policy/v1","metadata":{"name":"web-0","namespace":"shop"},"deleteOptions":{"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"u-1"}}}""", Assert.Single(transport.Bodies));
    }

    [Fact]
    public async Task A_restart_is_the_annotation_that_kubectl_sets()
    {
        var (api, transport) = Server();
        await api.RestartWorkloadAsync("shop", "deploy/web", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), cancellationToken: Token);
        Assert.StartsWith("PATCH apis/apps/v1/namespaces/shop/deployments/web?", Assert.Single(transport.Requests));
        Assert.Equal(["application/strategic-merge-patch+json"], transport.ContentTypes);
        Assert.Equal("""{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-01-02T03:04:05Z"}}}}}""", Assert.Single(transport.Bodies));
        Assert.Equal("WorkloadWithoutRestart", (await Assert.ThrowsAsync<DebugException>(() => api.RestartWorkloadAsync("shop", "job/x", DateTimeOffset.UnixEpoch, cancellationToken: Token))).ErrorId);
    }

    [Theory]
    [InlineData("../secrets/x")]
    [InlineData("web?x=1")]
    public async Task A_name_that_can_be_none_never_enters_an_address(string name)
    {
        var (api, transport) = Server();
        Assert.Equal("InvalidPodName", (await Assert.ThrowsAsync<DebugException>(() => api.DeletePodAsync("shop", name, uid: null, cancellationToken: Token))).ErrorId);
        Assert.Equal("InvalidNamespaceName", (await Assert.ThrowsAsync<DebugException>(() => api.DeleteNamespaceAsync(name, uid: null, cancellationToken: Token))).ErrorId);
        Assert.Empty(transport.Requests);
    }
}
