using System.Text.Json.Nodes;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Proof.Plans;

/// <summary>A request to send.</summary>
/// <param name="Operation">What is asked.</param>
/// <param name="About">Whose rows: "own", "organization", "public" or "hidden" ones.</param>
/// <param name="Send">Sends it, with this added to its query.</param>
internal sealed record Request(Operation Operation, string About, Func<string, Task<Response>> Send)
{
    /// <summary>Whether the response is a page of a list.</summary>
    public bool IsList => Operation.Parameters.Any(parameter => (string)parameter["name"]! == "cursor");
}

/// <summary>The requests of a person to every operation of the API, made from its description.</summary>
internal sealed class Requests(PlanWorld world, Contract contract, Person person)
{
    /// <summary>These end what the others need.</summary>
    private static readonly string[] Last = ["me.password", "organizations.delete", "organizations.leave", "me.delete"];

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    private readonly Sample _sample = new(contract);
    private readonly Dictionary<string, Dictionary<string, string>> _ids = [];

    /// <summary>What is there to ask about. Of an operation's path, the word before an id says of what it is.</summary>
    public async Task Look()
    {
        var places = JsonNode.Parse(await world.Ask<string>(Places, person.Id))!.AsArray();
        foreach (var place in places.Select(place => place!.AsObject()))
        {
            _ids[(string)place["place"]!] = place.Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!.ToString());
        }
    }

    /// <summary>Reads come first, and whole things go last.</summary>
    public IEnumerable<Request> All() => contract.Operations
        .Where(IsAsked)
        .OrderBy(operation => Array.IndexOf(Last, operation.Id))
        .ThenBy(operation => Array.IndexOf(Methods, operation.Method)).ThenByDescending(operation => operation.Parts.Length)
        .SelectMany(Of);

    /// <summary>Not what is switched off, and not the health checks, which ask for nobody.</summary>
    public static bool IsAsked(Operation operation) => !operation.IsOff && !operation.Path.StartsWith("/health/", StringComparison.Ordinal);

    private IEnumerable<Request> Of(Operation operation) =>
        from place in operation.Path.Contains('{', StringComparison.Ordinal) || operation.Body is not null ? _ids.Keys.ToArray() : ["own"]
        let path = Path(operation, _ids[place])
        where path is not null
        from query in Queries(operation, _ids[place])
        from key in operation.Parameters.Any(parameter => (string)parameter["name"]! == "Idempotency-Key")
            ? new[] { null, $"{operation.Id}.{place}", $"{operation.Id}.{place}" } : [null]
        select new Request(operation, place, more => Send(operation, place, path, query + more, key));

    private async Task<Response> Send(Operation operation, string place, string path, string query, string? key)
    {
        if (operation.GoesOn)
        {
            // Without the events, which come from statements of no request.
            return await person.Send(HttpMethod.Head, path);
        }

        var response = await _sample.Send(operation, person, body => Fill(operation, body, _ids[place]), query, path, key);
        if (response.Status == 201 && response.Body["id"] is { } id)
        {
            // What nobody had before is theirs now.
            _ids["own"].TryAdd(operation.Parts.Last(part => !part.StartsWith('{')), id.ToString());
        }

        return response;
    }

    private static string? Path(Operation operation, Dictionary<string, string> ids)
    {
        var (path, kind) = ("", "");
        foreach (var part in operation.Parts.Skip(1))
        {
            // The other streams are finished by then.
            var next = part == "{provider}" ? "github"
                : part.StartsWith('{') ? ids.GetValueOrDefault(operation.Id == "streams.abandon" ? "answers" : kind)
                : kind = part;
            if (next is null)
            {
                return null;
            }

            path += $"/{next}";
        }

        return path;
    }

    /// <summary>With each word that a parameter can be, a version of a document, and pages of both sizes.</summary>
    private static IEnumerable<string> Queries(Operation operation, Dictionary<string, string> ids)
    {
        var parameters = operation.Parameters.Where(parameter => (string)parameter["in"]! == "query").ToDictionary(
            parameter => (string)parameter["name"]!, parameter => parameter["schema"]!);
        if (operation.Id == "messages.deleteAfter")
        {
            return [$"after={ids.GetValueOrDefault("messages")}"];
        }

        var queries = parameters
            .SelectMany(parameter => parameter.Value["enum"] is JsonArray words ? words.Select(word => $"{parameter.Key}={word}")
                : (string?)parameter.Value["format"] == "date-time" && ids.TryGetValue("at", out var at) ? [$"{parameter.Key}={at}"]
                : [])
            .Append("");
        return parameters.ContainsKey("limit") ? queries.SelectMany(query => new[] { query, $"{query}&limit=100" }) : queries;
    }

    private void Fill(Operation operation, JsonObject body, Dictionary<string, string> ids)
    {
        foreach (var (field, _) in body.ToList().Where(field => field.Key.EndsWith("Id", StringComparison.Ordinal)))
        {
            body[field] = ids.GetValueOrDefault($"{field[..^2]}s") ?? body[field]!.ToString();
        }

        foreach (var (field, value) in world.Credentials(operation).Where(pair => body.ContainsKey(pair.Field)))
        {
            body[field] = value;
        }
    }

    private const string Places =
        """
        with me as (select u."id", u."organizationId" as org from (select $1 as me) a left join public."User" u on u."id" = a.me),
        place as (
          select 'own' as place, m."id" as person, m.org,
            (select c."id" from public."Chat" c
              where c."userId" = m."id" and c."organizationId" is null and c."visibility" = 'private' limit 1) as chat,
            (select d."id" from public."Suggestion" s join public."Document" d on d."id" = s."documentId"
              where d."userId" = m."id" limit 1) as document
          from me m
          union all
          select 'organization', u."id", u."organizationId",
            (select c."id" from public."Chat" c
              where c."userId" = u."id" and c."organizationId" = u."organizationId" and c."visibility" = 'private' limit 1),
            (select d."id" from public."Suggestion" s join public."Document" d on d."id" = s."documentId"
              where d."userId" = u."id" and d."organizationId" = u."organizationId" limit 1)
          from me m cross join lateral (select * from public."User" u
            where u."organizationId" = m.org and u."id" <> m."id" order by u."managerId" = m."id" desc nulls last limit 1) u
          union all
          select 'public', null, null, c."id", null from me m cross join lateral (select * from public."Chat" c
            where c."visibility" = 'public' and c."userId" is distinct from m."id"
              and c."organizationId" is distinct from m.org limit 1) c
          union all
          select 'hidden', u."id", u."organizationId",
            (select c."id" from public."Chat" c
              where c."userId" = u."id" and c."organizationId" is not null and c."visibility" = 'private' limit 1),
            (select d."id" from public."Suggestion" s join public."Document" d on d."id" = s."documentId"
              where d."userId" = u."id" limit 1)
          from me m cross join lateral (select * from public."User" u
            where u."organizationId" = bench.id('organization', 9) limit 1) u)
        select json_agg(json_build_object(
          'place', p.place, 'chats', p.chat, 'users', p.person, 'members', p.person, 'organizations', p.org,
          'messages', (select x."id" from public."Message" x where x."chatId" = p.chat order by x."createdAt" offset 3 limit 1),
          'streams', (select x."id" from public."Stream" x where x."chatId" = p.chat limit 1),
          'documents', p.document,
          'suggestions', (select x."id" from public."Suggestion" x where x."documentId" = p.document limit 1),
          'at', (select to_char(max(x."createdAt"), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') from public."Document" x where x."id" = p.document),
          'roles', (select x."id" from public."Role" x where x."organizationId" = p.org order by x."name" desc limit 1),
          'invitations', (select x."id" from public."Invitation" x where x."organizationId" = p.org limit 1),
          'sessions', (select max(x."id") from public.sessions x where x."userId" = p.person),
          'accounts', (select x."providerAccountId" from public.accounts x where x."userId" = p.person limit 1)))::text
        from place p
        """;
}
