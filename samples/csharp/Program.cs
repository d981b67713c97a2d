#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

// From nothing to a vote, with HttpClient: register, begin a chat, say something, vote on it, read the votes.
//   dotnet run samples/csharp/Program.cs [address of the API]
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

var address = args.FirstOrDefault() ?? "http://127.0.0.1:5080";
using var api = new HttpClient();

var tokens = await Send(HttpMethod.Post, "/auth/register",
    new { email = $"sample.{Guid.NewGuid():N}@example.org", password = "correct horse battery" });
api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string?)tokens["accessToken"]);

var chat = (await Send(HttpMethod.Post, "/chats", new { title = "First steps" }))["id"];
var message = (await Send(HttpMethod.Post, $"/chats/{chat}/messages",
    new { role = "user", parts = new[] { new { type = "text", text = "Hello" } } }))["id"];
await Send(HttpMethod.Put, $"/messages/{message}/vote", new { value = "up" });

Console.WriteLine($"chat {chat}");
Console.WriteLine($"message {message}");
Console.WriteLine($"votes {(await Send(HttpMethod.Get, $"/chats/{chat}/votes")).ToJsonString()}");

// The answer, or an exception that says what was wrong with the request.
async Task<JsonNode> Send(HttpMethod method, string path, object? body = null)
{
    using var request = new HttpRequestMessage(method, address + path) { Content = body is null ? null : JsonContent.Create(body) };
    using var response = await api.SendAsync(request);
    var text = await response.Content.ReadAsStringAsync();
    return response.IsSuccessStatusCode
        ? JsonNode.Parse(text)!
        : throw new HttpRequestException($"{method} {path}: {(int)response.StatusCode} {text}");
}
