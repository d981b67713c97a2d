using System.Security.Cryptography;
using System.Text;

namespace RlsChat.Api.Http;

/// <summary>
/// A request that its client may send again without doing it twice: under their key, the answer is
/// kept for a day, with the digest of what was asked. UserDb keeps it, in the transaction of what it
/// answers; so another person's key is another key.
/// </summary>
/// <param name="Key">What the client calls the request.</param>
/// <param name="Digest">The SHA-256 of its method, address and body.</param>
internal sealed record Idempotency(string Key, byte[] Digest)
{
    /// <summary>The header with the key.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>The header that says that the answer is the kept one.</summary>
    public const string Replayed = "Idempotency-Replayed";

    /// <summary>The longest key, in characters.</summary>
    public const int MaxKey = 255;

    /// <summary>The key was used for something else.</summary>
    public static readonly Problem Reused =
        new(422, "idempotency_key_reused", "This key was used for another request; each request has its own.");

    /// <summary>Whether what was asked had been done before, so that the answer is the kept one.</summary>
    public bool IsReplay { get; set; }

    /// <summary>That the endpoint makes something, once for each key.</summary>
    public sealed record Marker;

    /// <summary>Reads the key of a request that makes something, and what is asked under it.</summary>
    public static async Task Read(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Marker>() is not null
            && context.Request.Headers.TryGetValue(Header, out var values))
        {
            var key = values.ToString();
            if (values.Count != 1 || key.Length is 0 or > MaxKey || key.Any(letter => letter is < '!' or > '~'))
            {
                throw new InvalidInputException(Header, $"must be 1 to {MaxKey} visible ASCII characters");
            }

            var asked = new Idempotency(key, await Read(context.Request, context.RequestAborted));
            context.Features.Set(asked);
            context.Response.OnStarting(() =>
            {
                if (asked.IsReplay)
                {
                    context.Response.Headers[Replayed] = "true";
                }

                return Task.CompletedTask;
            });
        }

        await next(context);
    }

    /// <summary>Keeps the body in memory, whose length is limited, for the handler to read again.</summary>
    private static async Task<byte[]> Read(HttpRequest request, CancellationToken stop)
    {
        var body = new MemoryStream();
        await request.Body.CopyToAsync(body, stop);
        request.Body = body;
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        digest.AppendData(body.GetBuffer().AsSpan(0, (int)body.Length));
        body.Position = 0;
        return digest.GetHashAndReset();
    }
}

/// <summary>How an endpoint says that it makes something.</summary>
internal static class IdempotencyExtensions
{
    /// <summary>Asked twice under one Idempotency-Key, the endpoint does it once. It uses UserDb.Create.</summary>
    public static TBuilder Creates<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new Idempotency.Marker());
}
