using EphemeralDebug.Core.Cluster;

namespace EphemeralDebug.Core.Tests.Cluster;

internal static class Sending
{
    internal static async Task<string> GetTextAsync(this IClusterTransport connection, string path, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(path, UriKind.Relative));
        using HttpResponseMessage response = await connection.SendAsync(request, cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    internal static async Task<HttpResponseMessage> SendAsync(this IClusterTransport connection, HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(method, new Uri(path, UriKind.Relative));
        if (body is not null) request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        return await connection.SendAsync(request, cancellationToken);
    }

    internal static HttpRequestMessage Upgrade(string path)
    {
        HttpRequestMessage request = new(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new("websocket"));
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        return request;
    }

    /// <summary>All that an exception could show: its messages and everything inside.</summary>
    internal static string Everything(DebugException error) => $"{error}\n{error.Message}\n{error.Advice}\n{error.TargetObject}\n{error.GetBaseException()}";
}
