using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using RlsChat.Api.Http;

namespace RlsChat.Api.OpenApi;

/// <summary>What is to be said once, and what types of one group tell of each other.</summary>
internal static class DocumentDescription
{
    /// <summary>The name of the security scheme.</summary>
    public const string Bearer = "accessToken";

    private const string About = """
        PostgreSQL decides what each person can see; this API says who is asking.

        **Identity.** Sign up or in under `/auth`, and send the access token as `Authorization: Bearer …`. It lasts
        15 minutes; `POST /auth/refresh` exchanges the refresh token, once, for the next pair. A token that is not
        valid is a 401 on every route, also where none is needed. What somebody may not see does not exist for
        them: hidden and absent are the same 404.

        **Problems.** Every error is `application/problem+json` (RFC 9457) with a stable `code` for programs, a
        sentence for people, and the `traceId` under which the log has it. `errors` names the fields that are wrong.
        Fields and query parameters that an operation does not know are refused. `HEAD` answers as `GET` does, without the body.

        **Lists** come in pages: `limit` rows at most, and `nextCursor` for the page after, null on the last one.

        **Texts** are measured in Unicode characters and hold no NUL. **Times** are UTC, to the millisecond, as
        JavaScript writes them. A body is at most 1 MB.

        **Once.** What makes something takes an `Idempotency-Key`: asked again under it within 24 hours, it is not
        done again, and answered the same. **Changes.** An answer about one thing has an `ETag`: with it, `If-Match`
        changes only what has not changed since (412), and `If-None-Match` reads only what has (304).

        **Live events** (`text/event-stream`) go on after the event that `Last-Event-ID` names: none is lost, none is
        repeated, whichever instance answers. Those of chats begin with `ready`; `ping` comes every 15 seconds; `reset` says that
        what happened meanwhile is not known any more (events are kept for a day) and that the lists are to be read
        again; `end` says why nothing more comes: `session_ended`, `not_found`, `slow`, `shutdown`, `failed`. The chunks of
        an answer are kept for an hour past its end, and then only how it ended is told. A stream
        goes on for as long as the session lives, also past the end of the access token that opened it. An event tells
        the row as it is now; of a message with more than 64 KB of `parts` and `attachments` both are null, and it is
        to be read.

        **Limits.** A 429 or 503 says in `Retry-After` after how many seconds trying again may help.
        """;

    private static readonly Dictionary<string, string> Tags = new()
    {
        ["auth"] = "Signing up, in and out: with a password, by mail, with GitHub.",
        ["me"] = "The person who is signed in: what they are, their ways in, their own records.",
        ["chats"] = "Conversations. An organization's are seen by its members, public ones by everybody; owners and who holds "
            + "`can_manage_chats` change and delete them.",
        ["messages"] = "What is said in a chat: seen by whoever sees the chat, written by its owner and the members of its organization.",
        ["streams"] = "Answers while they are being written: chunks in their order, and the message that they become.",
        ["votes"] = "What people think of messages that they can read: one vote a person and message.",
        ["documents"] = "What people write: texts, code, images, sheets and drawings. Seen by their owner and, in an organization, by "
            + "the managers above the owner and whoever holds `can_view_documents` or `can_manage_documents`; only the owner writes versions; "
            + "the owner and `can_manage_documents` delete.",
        ["versions"] = "The versions of a document. A change is a new version, and no version changes.",
        ["suggestions"] = "Changes that readers of a document propose to one version of it: reworded by their author, resolved by the "
            + "document's owner.",
        ["organizations"] = "Tenants. A person is in one at most, and sees no other. What who leaves owned there goes to their manager, or "
            + "else to the longest-standing administrator, and to whoever removed them only if nobody else administers it; when the last member leaves, the organization ends and what "
            + "they own in it becomes personal.",
        ["members"] = "Who is in an organization, in which role, below whom: managed by who holds `can_manage_members`, except oneself.",
        ["roles"] = "Named permissions: an organization's own roles, and the built-in ones, which nobody changes.",
        ["invitations"] = "How people come into an organization: by a token that is good once, for seven days, mailed to whom it invites.",
        ["audit"] = "Who did what to whom in an organization.",
        ["credits"] = "Granting credits.",
        ["monitor"] = "For operators (`can_view_monitoring`): how rows are protected, and how the database is doing. Nobody's rows.",
        ["health"] = "For whoever keeps the process running.",
    };

    /// <summary>The group of an operation: what its name begins with.</summary>
    public static string TagOf(string operation) => operation.Split('.')[0];

    public static Task Complete(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken stop)
    {
        document.Info = new OpenApiInfo { Title = "RlsChat", Version = "1", Description = About };
        document.Servers = [new OpenApiServer { Url = "/", Description = "Where this document comes from." }];
        document.Components?.Schemas?.Remove("StringSseItem");
        document.Tags = new HashSet<OpenApiTag>(
            Tags.Concat(Others(document)).Select(tag => new OpenApiTag { Name = tag.Key, Description = tag.Value }));
        document.AddComponent(Bearer, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "The `accessToken` of `POST /auth/login`, `/auth/register` or `/auth/refresh`.",
        });
        foreach (var group in typeof(DocumentDescription).Assembly.GetTypes()
            .Where(type => type.IsNestedAssembly && !type.ContainsGenericParameters).GroupBy(type => type.DeclaringType))
        {
            Share([.. group], document);
        }

        var problem = (OpenApiSchema)document.Components!.Schemas!["Problem"];
        ((OpenApiSchema)problem.Properties!["code"]).Description += "\n\n" + string.Join("\n",
            ProblemList.ByCode.Values.OrderBy(known => known.Status).Select(known => $"- `{known.Code}` ({known.Status}): {known.Detail}"));
        return Task.CompletedTask;
    }

    /// <summary>Of a group that nobody described: what its operations do.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Others(OpenApiDocument document) => document.Paths
        .SelectMany(path => path.Value.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>())
        .GroupBy(operation => TagOf(operation.OperationId!))
        .Where(group => !Tags.ContainsKey(group.Key))
        .Select(group => KeyValuePair.Create(group.Key, string.Join(" ", group.Select(operation => operation.Summary))));

    private static OpenApiSchema? Schema(OpenApiDocument document, string name) =>
        document.Components!.Schemas!.TryGetValue(name, out var schema) ? schema as OpenApiSchema : null;

    /// <summary>
    /// A row holds what may be written into it, and a field means the same in the row and in the body
    /// that writes it: what one of the types of a group does not say itself is as another has it.
    /// </summary>
    private static void Share(Type[] types, OpenApiDocument document)
    {
        var schemas = types
            .Select(type => (Type: type, Schema: Schema(document, SchemaNames.Of(type))))
            .Where(pair => pair.Schema?.Properties is not null).ToList();
        var inputs = types.Where(type => type.IsAssignableTo(typeof(IInput))).Select(Rules.Of).ToList();
        foreach (var (type, schema) in schemas)
        {
            foreach (var (name, property) in schema!.Properties!)
            {
                property.Description ??= property.OneOf?.Select(one => one.Description).FirstOrDefault(text => text is not null) ?? schemas
                    .Select(other => other.Schema!.Properties!.TryGetValue(name, out var same) ? same.Description : null)
                    .FirstOrDefault(text => text is not null);
                if (!type.IsAssignableTo(typeof(IInput)) && property is OpenApiSchema text
                    && inputs.Select(rules => rules[name]).FirstOrDefault(rule => rule?.MaxLength is not null || rule?.Words is not null) is { } rule)
                {
                    SchemaDescription.Demand(text, new(false) { MaxLength = rule.MaxLength, Words = rule.Words });
                }
            }
        }
    }
}
