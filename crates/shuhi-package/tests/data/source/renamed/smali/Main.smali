.class public Ljp/example/kakusu/Main;
.super Landroid/app/Activity;
.source "SourceFile"
