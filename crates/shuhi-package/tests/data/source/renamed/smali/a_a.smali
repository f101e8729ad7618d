.class public La/a;
.super Ljava/lang/Object;
