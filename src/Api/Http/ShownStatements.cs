using System.Text.Json;

namespace RlsChat.Api.Http;

/// <summary>The SQL of a request, for a page of development that asks to see it.</summary>
internal sealed class ShownStatements
{
    /// <summary>The header of a request that asks for them, and of the response that has them, as JSON.</summary>
    public const string Header = "Rlschat-Statements";

    private readonly List<Batch> _batches = [];

    /// <summary>One round trip, which is one transaction.</summary>
    /// <param name="Role">The role that the login takes, or null.</param>
    /// <param name="UserId">Who is asking, as the token says; null for anonymous callers.</param>
    /// <param name="Statements">Their texts; values are parameters. The first sets who is asking.</param>
    private sealed record Batch(string? Role, Guid? UserId, IReadOnlyList<string> Statements);

    public void Add(string? role, Guid? userId, IEnumerable<string> statements)
    {
        lock (_batches)
        {
            _batches.Add(new Batch(role, userId, [.. statements]));
        }
    }

    /// <summary>Shows them to requests that ask. Only for development: they are how this program works inside.</summary>
    public static Task Show(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.ContainsKey(Header))
        {
            var shown = new ShownStatements();
            context.Features.Set(shown);
            context.Response.OnStarting(() =>
            {
                // Escapes whatever a header cannot hold.
                context.Response.Headers[Header] = JsonSerializer.Serialize(shown._batches, JsonSerializerOptions.Web);
                return Task.CompletedTask;
            });
        }

        return next(context);
    }
}
