using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.IdentityModel.JsonWebTokens;

namespace RlsChat.Api.Http;

/// <summary>The newest requests that this process refused. In memory, and without a value of a row.</summary>
internal sealed partial class Denials(TimeProvider time)
{
    private const int Most = 1000;

    private readonly ConcurrentQueue<Denial> _all = new();

    /// <summary>All of them, newest first.</summary>
    public IEnumerable<Denial> Newest => _all.Reverse();

    /// <summary>The refused request of that trace id, or null.</summary>
    public Denial? Find(string traceId) => _all.LastOrDefault(denial => denial.TraceId == traceId);

    /// <summary>Keeps a 403, a 401 by the database, or a 404 of one row; an absent row is refused as a hidden one is.</summary>
    public void Take(HttpContext context, Problem problem)
    {
        var sqlState = context.Items[nameof(Denial.SqlState)] as string;
        // Where an exception is handled, the request has neither endpoint nor route values any more.
        var raised = context.Features.Get<IExceptionHandlerFeature>();
        var id = (raised?.RouteValues ?? context.Request.RouteValues).GetValueOrDefault("id") as string;
        if ((raised?.Endpoint ?? context.GetEndpoint()) is not RouteEndpoint endpoint || (problem, sqlState, id) is not (
            ({ Code: "forbidden" }, _, _) or ({ Code: "unauthenticated" }, not null, _) or ({ Code: "not_found" }, _, not null)))
        {
            return;
        }

        // The path of one row is its table's name in the plural, and its key.
        var table = OfOneRow().Match(endpoint.RoutePattern.RawText ?? "") is { Success: true } path
            ? $"{char.ToUpperInvariant(path.Groups[1].Value[0])}{path.Groups[1].Value[1..]}" : null;
        _all.Enqueue(new Denial(
            time.GetUtcNow().UtcDateTime, endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? "unnamed", problem.Status,
            sqlState, table, Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier, Guid.TryParse(context.User.FindFirst(JwtRegisteredClaimNames.Sub)?.Value, out var caller) ? caller : null)
        {
            Key = table is null ? null : id,
            Command = context.Request.Method switch { "PATCH" => "update", "DELETE" => "delete", _ => "select" },
        });
        while (_all.Count > Most && _all.TryDequeue(out _))
        {
        }
    }

    [GeneratedRegex(@"^/?(\w+)s/\{id\}$")]
    private static partial Regex OfOneRow();
}

/// <summary>A refused request.</summary>
/// <param name="Time">When.</param>
/// <param name="Operation">The operation.</param>
/// <param name="Status">401, 403 or 404.</param>
/// <param name="SqlState">The error of the database, or null without one.</param>
/// <param name="Table">The table of the row that the path names, or null.</param>
/// <param name="TraceId">The id of the request.</param>
/// <param name="CallerId">Who asked; null for an anonymous caller.</param>
internal sealed record Denial(DateTime Time, string Operation, int Status, string? SqlState, string? Table, string TraceId, Guid? CallerId)
{
    /// <summary>The key in the path.</summary>
    [JsonIgnore]
    public string? Key { get; init; }

    /// <summary>What the request tried.</summary>
    [JsonIgnore]
    public string Command { get; init; } = "select";
}
