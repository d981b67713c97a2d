using Microsoft.AspNetCore.Http.Metadata;

namespace RlsChat.Api.Http;

/// <summary>Conventions of every route: GET also answers HEAD, and unknown query parameters are refused.</summary>
internal static class Manners
{
    /// <summary>Marks an endpoint whose query may hold anything.</summary>
    private sealed record AnyQuery;

    /// <summary>
    /// Adds both to every endpoint of the group. The endpoint of a GET runs for HEAD too, and the server sends its status
    /// and headers alone.
    /// </summary>
    public static void HaveManners(this IEndpointConventionBuilder endpoints) => endpoints.Finally(endpoint =>
    {
        var metadata = endpoint.Metadata;
        if (metadata.OfType<IHttpMethodMetadata>().LastOrDefault() is { } methods
            && methods.HttpMethods.Any(HttpMethods.IsGet) && !methods.HttpMethods.Any(HttpMethods.IsHead))
        {
            metadata.Add(new HttpMethodMetadata([.. methods.HttpMethods, HttpMethods.Head], methods.AcceptCorsPreflight));
        }

        if (!metadata.OfType<AnyQuery>().Any())
        {
            var path = ((RouteEndpointBuilder)endpoint).RoutePattern;
            metadata.Add(new QueryNames([.. metadata.OfType<IParameterBindingMetadata>()
                .SelectMany(QueryNames.Of).Where(name => path.GetParameter(name) is null)]));
        }
    });

    /// <summary>Allows unknown query parameters.</summary>
    public static TBuilder TakesAnyQuery<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new AnyQuery());

    /// <summary>Whether the method only reads.</summary>
    public static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
}

/// <summary>The query parameters that an endpoint reads; whatever their case, as they are bound.</summary>
/// <param name="Names">All of them; each may be given once.</param>
internal sealed record QueryNames(string[] Names)
{
    /// <summary>The maximum number of reported errors.</summary>
    private const int MaxErrors = 10;

    /// <summary>What a handler's parameter reads from the query, or from the path.</summary>
    public static string[] Of(IParameterBindingMetadata parameter) => parameter switch
    {
        { ParameterInfo.ParameterType: var type } when type == typeof(PageRequest) => ["limit", "cursor"],
        { ParameterInfo.ParameterType: var type } when type == typeof(LastEventId) => [LastEventId.Query],
        { ParameterInfo.ParameterType: var type } when type == typeof(Id) || type == typeof(Moment) => [parameter.Name],
        { HasBindAsync: true } => [],
        { ParameterInfo.ParameterType: var type } when parameter.HasTryParse || type == typeof(string) => [parameter.Name],
        _ => [],
    };

    /// <summary>Refuses a query parameter that the endpoint does not read, and one that is given twice.</summary>
    public static Task Check(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Query is { Count: > 0 } query && context.GetEndpoint()?.Metadata.GetMetadata<QueryNames>() is { } known)
        {
            var errors = new Errors();
            foreach (var (name, error) in query
                .Select(given => (given.Key, Error: known.Error(given.Key, given.Value.Count)))
                .Where(given => given.Error is not null).Take(MaxErrors))
            {
                errors.Add(name, error!);
            }

            errors.ThrowIfAny();
        }

        return next(context);
    }

    private string? Error(string name, int count) =>
        Names.Contains(name, StringComparer.OrdinalIgnoreCase) ? count > 1 ? "must be given once" : null
        : Nearest(name) is { } meant ? $"is not known here; did you mean {meant}?"
        : Names.Length > 0 ? $"is not known here; known are {string.Join(", ", Names)}"
        : "is not known here: this takes no query parameters";

    /// <summary>The known name of which at most a third is mistyped, or one letter.</summary>
    private string? Nearest(string name) => Names
        .Where(known => Math.Abs(known.Length - name.Length) <= Tolerance(known))
        .Select(known => (Known: known, Distance: Distance(known.ToUpperInvariant(), name.ToUpperInvariant())))
        .Where(known => known.Distance <= Tolerance(known.Known))
        .OrderBy(known => known.Distance).FirstOrDefault().Known;

    private static int Tolerance(string known) => Math.Max(1, known.Length / 3);

    /// <summary>How many letters were left out, added, replaced, or swapped with the next one.</summary>
    private static int Distance(string one, string other)
    {
        var edits = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
        {
            for (var j = 0; j <= other.Length; j++)
            {
                edits[i, j] = i == 0 || j == 0 ? i + j : Math.Min(
                    Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1,
                    edits[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
                }
            }
        }

        return edits[one.Length, other.Length];
    }
}
