using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using RlsChat.Api.Http;

namespace RlsChat.Api.OpenApi;

/// <summary>What the document says once, and descriptions that the types of an endpoint file share.</summary>
internal static class DocumentDescription
{
    /// <summary>The name of the security scheme.</summary>
    public const string Bearer = "accessToken";

    private const string About = """
        PostgreSQL decides what each person can see. The API authenticates the caller.

        **Identity.** Sign up or in under `/auth`, and send the access token as `Authorization: Bearer …`. It lasts
        15 minutes; `POST /auth/refresh` exchanges the refresh token, once, for the next pair. An invalid token is a
        401 on every route, also where none is needed. Rows that the caller may not see do not exist for them: hidden
        and absent are the same 404.

        **Problems.** Every error is `application/problem+json` (RFC 9457) with a stable `code` for programs, a
        sentence for people, and the `traceId` under which the log has it. `errors` names the fields that are wrong.
        Fields and query parameters that an operation does not know are refused. `HEAD` answers as `GET` does, without the body.

        **Lists** come in pages: `limit` rows at most, and `nextCursor` for the page after, null on the last one.

        **Texts** are measured in Unicode characters and hold no NUL. **Times** are UTC, to the millisecond, as
        JavaScript writes them. A body is at most 1 MB.

        **Idempotency.** Operations that create something take an `Idempotency-Key`: a request that is repeated under
        it within 24 hours creates nothing and gets the same response. **Changes.** The response about one thing has an
        `ETag`: `If-Match` changes it only if it is unchanged (412), `If-None-Match` reads it only if it changed (304).

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
        ["chats"] = "Conversations. Members see their organization's chats, everybody sees public ones; owners and holders of "
            + "`can_manage_chats` change and delete them.",
        ["messages"] = "The messages of a chat: everybody who sees the chat sees them; its owner and the members of its organization write them.",
        ["streams"] = "Answers while they are being written: chunks in their order, and the message that they become.",
        ["votes"] = "What people think of messages that they can read: one vote a person and message.",
        ["documents"] = "Texts, code, images, sheets and drawings. Seen by their owner and, in an organization, by "
            + "the managers above the owner and holders of `can_view_documents` or `can_manage_documents`; only the owner writes versions; "
            + "the owner and `can_manage_documents` delete.",
        ["versions"] = "The versions of a document. A change is a new version, and no version changes.",
        ["suggestions"] = "Changes that readers of a document propose to one version of it: reworded by their author, resolved by the "
            + "document's owner.",
        ["organizations"] = "Tenants. A person is in one at most, and sees no other. When members leave, their chats and documents there go to their "
            + "manager, or else to the longest-standing administrator; to the person who removed them only if nobody else is an administrator. When the last "
            + "member leaves, the organization ends and what they own in it becomes personal.",
        ["members"] = "The people of an organization, their roles and managers. Holders of `can_manage_members` manage everybody but themselves.",
        ["roles"] = "Named permissions: an organization's own roles, and the built-in ones, which cannot be changed.",
        ["invitations"] = "Invitations into an organization: a token that works once, for seven days, is mailed to the invited address.",
        ["audit"] = "The audit trail of an organization.",
        ["credits"] = "Granting credits.",
        ["monitor"] = "For operators (`can_view_monitoring`): how rows are protected, and the state of the database. It shows no rows of people.",
        ["health"] = "For process supervisors and load balancers.",
    };

    /// <summary>The group of an operation: the first part of its name.</summary>
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

    /// <summary>The summaries of its operations, for a group without a description.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Others(OpenApiDocument document) => document.Paths
        .SelectMany(path => path.Value.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>())
        .GroupBy(operation => TagOf(operation.OperationId!))
        .Where(group => !Tags.ContainsKey(group.Key))
        .Select(group => KeyValuePair.Create(group.Key, string.Join(" ", group.Select(operation => operation.Summary))));

    private static OpenApiSchema? Schema(OpenApiDocument document, string name) =>
        document.Components!.Schemas!.TryGetValue(name, out var schema) ? schema as OpenApiSchema : null;

    /// <summary>
    /// A field means the same in a row and in the body that writes it, so types of one endpoint file share descriptions
    /// and limits.
    /// </summary>
    private static void Share(Type[] types, OpenApiDocument document)
    {
        var schemas = types
            .Select(type => (Type: type, Schema: Schema(document, SchemaNames.Of(type))))
            .Where(pair => pair.Schema?.Properties is not null).ToList();
        var inputs = types.Where(type => type.IsAssignableTo(typeof(IInput))).Select(BodyRules.Of).ToList();
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
                    SchemaDescription.AddLimits(text, rule);
                }
            }
        }
    }
}
