using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Core.Tests.Api;
using Xunit;

namespace EphemeralDebug.Core.Tests.Cluster;

public sealed class TracedTransportTests
{
    private readonly List<string> _lines = [];

    [Fact]
    public async Task A_request_is_one_line()
    {
        await SendAsync("api/v1/pods?limit=100", (_, _) => FakeTransport.Json("{}"));
        Assert.Matches(@"^GET api/v1/pods\?limit=100: 200, \d+ ms$", Assert.Single(_lines));
    }

    [Fact]
    public async Task A_refusal_tells_its_status()
    {
        await Assert.ThrowsAsync<DebugException>(() => SendAsync("api/v1/pods", (_, _) => FakeTransport.Status(403, "Forbidden", "no")));
        Assert.Matches(@"^GET api/v1/pods: 403 ServerSaid, \d+ ms$", Assert.Single(_lines));
    }

    [Fact]
    public async Task The_words_of_a_command_are_not_told()
    {
        await SendAsync("api/v1/namespaces/a/pods/b/exec?command=sh&command=-c&command=login%20s3cret&container=app", (_, _) => FakeTransport.Json("{}"));
        Assert.Contains("exec?command=...&command=...&command=...&container=app:", Assert.Single(_lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_cancels_is_told_too()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SendAsync("api/v1/pods", (_, _) => throw new OperationCanceledException()));
        Assert.Contains(": cancelled, ", Assert.Single(_lines), StringComparison.Ordinal);
    }

    private async Task SendAsync(string address, Func<HttpRequestMessage, int, HttpResponseMessage> answer)
    {
        TracedTransport transport = new(new FakeTransport(answer), line =>
        {
            _lines.Add(line);
            return ValueTask.CompletedTask;
        });
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(address, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer s3cret");
        using HttpResponseMessage response = await transport.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
