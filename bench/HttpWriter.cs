using System.Net.Http.Headers;
using System.Text;

namespace RlsChat.Bench;

/// <summary>As a client of the API.</summary>
internal sealed class HttpWriter(LiveWorld world, LiveApi api, int number) : IWriter
{
    private static readonly byte[] Message = Encoding.UTF8.GetBytes(
        """{"role":"user","parts":[{"type":"text","text":"How is row-level security done properly?"}]}""");

    private readonly HttpClient _http = new() { BaseAddress = api.Address };
    private readonly Uri _messages = new($"/chats/{LiveWorld.Id("chat", number)}/messages", UriKind.Relative);
    private readonly AuthenticationHeaderValue _token = new("Bearer", world.Token(number));

    public async Task<int> Post(Func<bool> isOver)
    {
        var posted = 0;
        for (; !isOver(); posted++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _messages) { Content = new ByteArrayContent(Message) };
            request.Headers.Authorization = _token;
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await _http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
        }

        return posted;
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }
}
