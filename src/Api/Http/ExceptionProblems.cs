using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using RlsChat.Api.Data;

namespace RlsChat.Api.Http;

/// <summary>Turns what was thrown into a problem. Only what nobody foresaw is logged as an error.</summary>
internal sealed partial class ExceptionProblems(ILogger<ExceptionProblems> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken stop)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var problem = exception switch
        {
            InvalidInputException input => input.Problem,
            // Only the reader of the text has a cause of its own kind; what it reads may be of the wrong form.
            BadHttpRequestException { InnerException: JsonException { InnerException: JsonException } } =>
                Problems.Invalid("body", "is not JSON"),
            BadHttpRequestException { InnerException: JsonException json } =>
                Problems.Invalid(Field(json), "is unknown here or has the wrong form"),
            BadHttpRequestException { StatusCode: 400 } => Problems.Invalid("body", "must be a JSON object"),
            BadHttpRequestException bad => Problems.Of(bad.StatusCode),
            SessionEndedException => Problems.SessionEnded,
            NotPermittedException => Problems.Of(context.User.Identity?.IsAuthenticated == true ? 403 : 401),
            _ => DatabaseErrors.Problem(exception,
                deleting: HttpMethods.IsDelete(context.Request.Method),
                signedIn: context.User.Identity?.IsAuthenticated == true),
        };
        if (problem is null)
        {
            Unforeseen(exception);
        }

        await Problems.Write(context, problem ?? Problems.Internal);
        return true;
    }

    /// <summary>Where in the body: "$.title" is the field title, "$" the body itself.</summary>
    private static string Field(JsonException json) =>
        json.Path is ['$', '.', .. var field] ? field : "body";

    [LoggerMessage(Level = LogLevel.Error, Message = "a request failed")]
    private partial void Unforeseen(Exception exception);
}
